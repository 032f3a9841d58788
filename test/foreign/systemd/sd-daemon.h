/* SPDX-License-Identifier: MIT */

/* The part of libsystemd that hddemux needs: a service manager that has opened
 * one listening socket, on a free port of 127.0.0.1.
 */

#ifndef SD_DAEMON_H_
#define SD_DAEMON_H_

/* The first socket that was opened; a constant in libsystemd. */
extern int sd_listen_fds_start;
#define SD_LISTEN_FDS_START sd_listen_fds_start

/* Opens the socket, prints its port, and returns 1, or -1. */
int sd_listen_fds(int unset_environment);

/* Returns 1: the socket has the given properties. */
int sd_is_socket(int fd, int family, int type, int listening);

/* Prints the state. */
int sd_notify(int unset_environment, const char* state);

#endif  /* SD_DAEMON_H_ */

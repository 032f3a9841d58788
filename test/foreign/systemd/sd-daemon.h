/* SPDX-License-Identifier: MIT */

/* What hddemux needs of libsystemd: a service manager that has opened one
 * listening socket, on a free port of 127.0.0.1.
 */

#ifndef SD_DAEMON_H_
#define SD_DAEMON_H_

/* The first socket that was opened; a constant where there is a manager. */
extern int sd_listen_fds_start;
#define SD_LISTEN_FDS_START sd_listen_fds_start

/* Opens the socket, prints its port, and returns 1, or -1. */
int sd_listen_fds(int unset_environment);

/* Returns 1: it is what was asked for. */
int sd_is_socket(int fd, int family, int type, int listening);

/* Prints the news. */
int sd_notify(int unset_environment, const char* state);

#endif  /* SD_DAEMON_H_ */

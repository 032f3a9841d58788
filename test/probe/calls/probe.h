/* SPDX-License-Identifier: MIT */

/* A program that makes one call in several ways, and reports what came:
 *
 *   probe CALL    makes the calls of one line of calls.tsv
 *
 * It is compiled natively and as a guest. A report has nothing that may differ
 * between two runs on one machine: no addresses, times or process ids. Reports
 * go to standard error, since some of the calls are about the other streams.
 */

#ifndef PROBE_H_
#define PROBE_H_

#include "probed.h"

#include <netinet/in.h>
#include <stddef.h>

/* The function that makes a call: its name in calls.tsv, with `_` for what
 * cannot be part of a name. PROBED_call is `static` for a call that does not
 * link, so that the compiler drops it; scripts/probe/build.mjs writes it.
 */
#define PROBE(call)                                                           \
  PROBED_##call void probe_##call(void);                                      \
  PROBED_##call void probe_##call(void)

#define ELEMENTS(array) (sizeof(array) / sizeof((array)[0]))

/* Reports what a call returned: a number, or the name of the error in `errno`
 * if the result is negative.
 */
void say(const char* what, long result);

/* The same, but each result that is not negative is "ok". */
void ok(const char* what, long result);

/* Reports an error number that was returned, and "ok" for 0. */
void code(const char* what, int err);

/* Reports a status of libuv's. */
void status(const char* what, int err);

/* Reports whether something is true. */
void yes(const char* what, int truth);

/* Reports a text. */
void text(const char* what, const char* value);

/* Reports the mode of a file: its kind and permissions. */
void mode_of(const char* what, const char* path);

/* Ends the program, because the preparation of a call failed. */
void failed(const char* what);

/* Creates a file with a text. */
void put(const char* path, const char* content);

/* Reports the content of a file, with "/" for the ends of lines. */
void content(const char* what, const char* path);

/* A new file with a text, open for reading and writing from its start. */
int opened(const char* path, const char* content);

/* A loopback address with a port, or with port 0. */
struct sockaddr_in loopback(int port);

/* The port that a socket is bound to. */
int port_of(int fd);

/* A bound socket: a listener for SOCK_STREAM. */
int bound(int type);

/* Two connected TCP sockets. */
void tcp_pair(int fds[2]);

/* Waits until a descriptor is readable, or for two seconds at most. */
void readable(int fd);

/* Milliseconds of the monotonic clock. */
double now(void);

#endif  /* PROBE_H_ */

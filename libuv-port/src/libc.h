/* SPDX-License-Identifier: MIT */

/* Declarations that the definitions of C library calls share. */

#ifndef UVP_LIBC_H_
#define UVP_LIBC_H_

#include <stddef.h>

/* Reports that the program called what no guest has, like fork(), sets errno to
 * ENOSYS and returns -1. In guests only.
 */
int uvp__absent(const char* name);

/* Whether a descriptor is not the host's but a standard stream of WASI. That is
 * so in modules without files only.
 */
int uvp__is_wasi(int fd);

/* assert() for calls that every program makes: the C library's prints, which
 * would be most of a small program.
 */
#define uvp__check(condition) ((condition) ? (void) 0 : __builtin_trap())

/* Sets errno and returns -1. */
int uvp__fail(int err);

/* Converts a result of the host or of a system call to the C library's form. */
int uvp__result(int r);

/* The same for WASI, which numbers errors like the C library. `n` is the result
 * if there is no error.
 */
int uvp__wasi_result(int err, size_t n);

/* Whether a descriptor is in blocking mode, if the host can wait at all. */
int uvp__blocks(int fd);

/* Waits until a descriptor is ready for `events` (POLLIN or POLLOUT), or until
 * `timeout` milliseconds have passed (-1: never). With 0 the host only
 * processes what has arrived in the meantime. Returns 1 if the call that got
 * EAGAIN should be repeated, 0 if not.
 */
int uvp__wait(int fd, int events, int timeout);

/* The same for a call on a socket that may have a timeout, which is SO_RCVTIMEO
 * for POLLIN and SO_SNDTIMEO for POLLOUT. `*deadline` is 0 when the call waits
 * for the first time, and belongs to it until the call ends.
 */
int uvp__wait_until(int fd, int events, double* deadline);

struct flock;

/* F_GETLK, F_SETLK and F_SETLKW of fcntl(); the caller owns `lock`. Returns 0 or
 * a negated errno.
 */
int uvp__lock(int fd, int command, struct flock* lock);

/* Raises SIGPIPE, after a write to a peer that does not read any more. */
void uvp__broken_pipe(void);

#endif  /* UVP_LIBC_H_ */

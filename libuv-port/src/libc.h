/* SPDX-License-Identifier: MIT */

/* Declarations that the definitions of C library calls share.
 *
 * A descriptor from UVH_FD_FIRST on is the host's. Any other one belongs to the
 * WASI layer (files, standard streams), which does not support sockets.
 */

#ifndef UVP_LIBC_H_
#define UVP_LIBC_H_

#include <stddef.h>

int uvp__is_host(int fd);

/* Sets errno and returns -1. */
int uvp__fail(int err);

/* Converts a result of the host or of a system call to the C library's form. */
int uvp__result(int r);

/* The same for WASI, which numbers errors like the C library. `n` is the result
 * if there is no error.
 */
int uvp__wasi_result(int err, size_t n);

/* The result of a socket call for a descriptor of the other kind. */
int uvp__not_a_socket(int fd);

/* fcntl() for a descriptor that is not the host's. */
int uvp__file_fcntl(int fd, int command, int argument);

/* Whether a descriptor is in blocking mode, if the host can wait at all. */
int uvp__blocks(int fd);

/* Waits until a descriptor is ready for `events` (POLLIN or POLLOUT), or until
 * `timeout` milliseconds have passed (-1: never). With 0 the host only
 * processes what has arrived in the meantime. Returns 1 if the call that got
 * EAGAIN should be repeated, 0 if not.
 */
int uvp__wait(int fd, int events, int timeout);

#endif  /* UVP_LIBC_H_ */

/* What our definitions of C library calls have in common.
 *
 * A descriptor from UVH_FD_FIRST on is the host's. Any other one belongs to
 * the WASI layer (files, standard streams), which knows nothing of sockets.
 */

#ifndef UVP_LIBC_H_
#define UVP_LIBC_H_

#include <stddef.h>

int uvp__is_host(int fd);

/* Sets errno and returns -1. */
int uvp__fail(int err);

/* Turns a host's or a system call's answer into the C library's. */
int uvp__result(int r);

/* The same for WASI, whose errors have the numbers of the C library. `n` is the
 * result where there is none.
 */
int uvp__wasi_result(int err, size_t n);

/* What a socket call says to a descriptor of the other kind. */
int uvp__not_a_socket(int fd);

/* Waits until a descriptor in blocking mode is ready for `events` (POLLIN or
 * POLLOUT) and returns 1: the call that got EAGAIN is to be tried again. Returns
 * 0 if it is not in blocking mode, or if the host cannot wait.
 */
int uvp__wait(int fd, int events);

#endif  /* UVP_LIBC_H_ */

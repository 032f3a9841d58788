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

/* fcntl() for a descriptor that is not the host's. */
int uvp__file_fcntl(int fd, int command, int argument);

/* Whether a descriptor is in blocking mode, where the host can wait at all. */
int uvp__blocks(int fd);

/* Waits until a descriptor is ready for `events` (POLLIN or POLLOUT), or until
 * `timeout` milliseconds are over (-1: never). With 0 the host only looks what
 * the outside has told it meanwhile. Returns 1 if the call that got EAGAIN is to
 * be tried again, 0 if that makes no sense.
 */
int uvp__wait(int fd, int events, int timeout);

#endif  /* UVP_LIBC_H_ */

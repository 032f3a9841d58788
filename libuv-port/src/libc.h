/* SPDX-License-Identifier: MIT */

/* Declarations that the definitions of C library calls share. */

#ifndef UVP_LIBC_H_
#define UVP_LIBC_H_

#include <stddef.h>
#include <sys/socket.h>
#include <sys/uio.h>

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

/* Waits until a descriptor is ready for `events` (POLLIN or POLLOUT), for as
 * long as that takes if `timeout` is -1. If it is 0, the host only processes
 * what has arrived in the meantime. Returns 1 if the call that got EAGAIN should
 * be repeated, 0 if not. If a signal has interrupted the wait, *r is set to
 * -EINTR.
 */
int uvp__wait(int fd, int events, int timeout, int* r);

/* The same for a call on a socket that may have a timeout, which is SO_RCVTIMEO
 * for POLLIN and SO_SNDTIMEO for POLLOUT. `*deadline` is 0 when the call waits
 * for the first time, and belongs to it until the call ends.
 */
int uvp__wait_until(int fd, int events, double* deadline, int* r);

/* The milliseconds until a time of the host's clock, rounded up: -1 for INFINITY,
 * 0 for a time in the past.
 */
int uvp__until(double deadline);

/* sendmsg() and recvmsg() with the buffers `bufs` instead of those in `msg`, and
 * without a wait. The result is that of uvh_sendto() and uvh_recvfrom(). In a
 * module for TypeScript there is no control data.
 */
int uvp__sendmsg(int fd,
                 const struct iovec* bufs,
                 int nbufs,
                 int flags,
                 const struct msghdr* msg);

int uvp__recvmsg(int fd,
                 const struct iovec* bufs,
                 int nbufs,
                 int flags,
                 struct msghdr* msg);

/* What the signals that were taken mean for the call that they interrupt:
 * nothing, that it continues after their handlers have run (SA_RESTART), or that
 * it fails with EINTR.
 */
enum {
  UVP__NO_SIGNAL,
  UVP__RESTART,
  UVP__INTERRUPTED
};

/* The signals that the host has sent, see uvh_signals(). */
extern unsigned int uvp__arrived;

/* The part of the signals that is only linked with programs that use them, and
 * NULL until they do.
 */
struct uvp__signal_calls {
  int (*deliver)(void);
  int (*send)(int signum);
  void (*before_abort)(void);
};

extern const struct uvp__signal_calls* uvp__signal_calls;

/* Runs the handlers of signals that have arrived, or ends the program. To be
 * called when the host reports EINTR, and between calls of the host. Handlers
 * may change errno and leave by longjmp().
 */
int uvp__take_signals(void);

/* Whether anything can interrupt a wait. */
int uvp__uses_signals(void);

/* Calls the handler of SIGABRT. */
void uvp__before_abort(void);

struct flock;

/* F_GETLK, F_SETLK and F_SETLKW of fcntl(); the caller owns `lock`. Returns 0 or
 * a negated errno.
 */
int uvp__lock(int fd, int command, struct flock* lock);

/* Gives a call the name that it has for large files too, which configure scripts
 * link with. It belongs to the file of the call: the C library has both names in
 * one object, which would define the call again.
 */
#define UVP__FOR_LARGE_FILES(name)                                            \
  extern __typeof(name) uvp__large_##name __asm__(#name "64")                 \
      __attribute__((alias(#name)))

/* Raises SIGPIPE, after a write to a peer that does not read any more. */
void uvp__broken_pipe(void);

#endif  /* UVP_LIBC_H_ */

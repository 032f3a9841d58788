/* SPDX-License-Identifier: MIT */

/* The C library's calls about descriptors of any kind, and the results of calls.
 */

#include "uv_host.h"
#include "../libc.h"
#include "../stdio/terminals.h"
#include "../musl-syscall.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wasi/api.h>

long __wrap___syscall_fcntl64(long fd, long command, ...);
int __wrap___syscall_ioctl(int fd, int request, ...);


int uvp__fail(int err) {
  errno = err;
  return -1;
}


int uvp__result(int r) {
  uvp__check(r > -4096);  /* A host reports an errno. */
  uvp__take_signals();
  if (r >= 0)
    return r;

  return uvp__fail(-r);
}


int uvp__wasi_result(int err, size_t n) {
  uvp__take_signals();
  if (err == __WASI_ERRNO_SUCCESS)
    return (int) n;

  return uvp__fail(err);
}


int close(int fd) {
  if (uvp__is_wasi(fd))
    return uvp__wasi_result(__wasi_fd_close(fd), 0);

  return uvp__result(uvh_close(fd));
}


/* The system calls are those of the C library itself, in fdopen() and freopen().
 * It defines two of them, which say that there are none, in an object that is
 * always linked: the linker puts these in their place (--wrap).
 */
long __wrap___syscall_fcntl64(long fd, long command, ...) {
  va_list ap;
  long argument;

  va_start(ap, command);
  argument = va_arg(ap, long);
  va_end(ap);

  return uvh_fcntl(fd, command, argument);
}


int fcntl(int fd, int command, ...) {
  va_list ap;
  long argument;

  va_start(ap, command);
  argument = va_arg(ap, long);
  va_end(ap);

  /* The headers of newer emscripten have the numbers of fcntl64(). */
  if (command >= 12 && command <= 14)
    command += F_GETLK - 12;

  if (command == F_GETLK || command == F_SETLK || command == F_SETLKW)
    return uvp__result(uvp__lock(fd, command, (struct flock*) argument));

  return uvp__result(uvh_fcntl(fd, command, argument));
}


int dup(int fd) {
  return uvp__result(uvh_fcntl(fd, F_DUPFD, 0));
}


int dup2(int fd, int to) {
  return uvp__result(uvh_dup(fd, to, 0));
}


long __syscall_dup3(long fd, long to, long flags) {
  return fd == to ? -EINVAL : uvh_dup(fd, to, flags);
}


int dup3(int fd, int to, int flags) {
  return uvp__result(__syscall_dup3(fd, to, flags));
}


static int uvp__set_nonblock(int fd, int on) {
  int flags;

  flags = uvh_fcntl(fd, F_GETFL, 0);
  if (flags < 0)
    return flags;

  if (on)
    flags |= O_NONBLOCK;
  else
    flags &= ~O_NONBLOCK;

  return uvh_fcntl(fd, F_SETFL, flags);
}


/* Stores how many bytes wait; SIOCOUTQ of sockets is TIOCOUTQ. */
static int uvp__queued(int fd, int request, int* count) {
  int r;

  r = uvh_fcntl(fd, request, 0);
  if (r < 0)
    return r;

  *count = r;
  return 0;
}


static int uvp__ioctl(int fd, int request, void* argument) {
  int r;

  if (request == FIONBIO)
    return uvp__set_nonblock(fd, *(int*) argument);

  if (request == FIONREAD || request == TIOCOUTQ) {
    r = uvp__queued(fd, request, argument);
    if (r != -ENOTTY)
      return r;
  }

  return uvp__terminal_ioctl(fd, request, argument);
}


int __wrap___syscall_ioctl(int fd, int request, ...) {
  va_list ap;
  void* argument;

  va_start(ap, request);
  argument = va_arg(ap, void*);
  va_end(ap);

  return uvp__ioctl(fd, request, argument);
}


int ioctl(int fd, int request, ...) {
  va_list ap;
  void* argument;

  va_start(ap, request);
  argument = va_arg(ap, void*);
  va_end(ap);

  return uvp__result(uvp__ioctl(fd, request, argument));
}

/* SPDX-License-Identifier: MIT */

/* The C library's socket calls, implemented by the host: creating and closing
 * sockets, their names, their options. These definitions replace the C
 * library's, so that programs that are linked with libuv reach the host with
 * their own calls too.
 */

#include "uv_host.h"
#include "libc.h"
#include "musl-syscall.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>
#include <wasi/api.h>


int uvp__is_host(int fd) {
  return fd >= UVH_FD_FIRST;
}


int uvp__fail(int err) {
  errno = err;
  return -1;
}


int uvp__result(int r) {
  assert(r > -4096 && "a host reports an errno");
  if (r >= 0)
    return r;

  return uvp__fail(-r);
}


int uvp__wasi_result(int err, size_t n) {
  if (err == __WASI_ERRNO_SUCCESS)
    return (int) n;

  return uvp__fail(err);
}


int uvp__not_a_socket(int fd) {
  return uvp__fail(fd < 0 ? EBADF : ENOTSOCK);
}


int socket(int domain, int type, int protocol) {
  return uvp__result(uvh_socket(domain, type, protocol));
}


int socketpair(int domain, int type, int protocol, int fds[2]) {
  return uvp__result(uvh_socketpair(domain, type, protocol, fds));
}


int pipe2(int fds[2], int flags) {
  return uvp__result(uvh_pipe(fds, flags));
}


int pipe(int fds[2]) {
  return pipe2(fds, 0);
}


int close(int fd) {
  if (!uvp__is_host(fd))
    return uvp__wasi_result(__wasi_fd_close(fd), 0);

  return uvp__result(uvh_close(fd));
}


int bind(int fd, const struct sockaddr* addr, socklen_t len) {
  if (!uvp__is_host(fd))
    return uvp__not_a_socket(fd);

  return uvp__result(uvh_bind(fd, addr, len));
}


int listen(int fd, int backlog) {
  if (!uvp__is_host(fd))
    return uvp__not_a_socket(fd);

  return uvp__result(uvh_listen(fd, backlog));
}


int accept4(int fd,
            struct sockaddr* restrict addr,
            socklen_t* restrict len,
            int flags) {
  int r;

  if (!uvp__is_host(fd))
    return uvp__not_a_socket(fd);

  do
    r = uvh_accept(fd, addr, len, flags);
  while (r == -EAGAIN && uvp__blocks(fd) && uvp__wait(fd, POLLIN, -1));

  return uvp__result(r);
}


int accept(int fd, struct sockaddr* restrict addr, socklen_t* restrict len) {
  return accept4(fd, addr, len, 0);
}


int connect(int fd, const struct sockaddr* addr, socklen_t len) {
  socklen_t size;
  int err;
  int r;

  if (!uvp__is_host(fd))
    return uvp__not_a_socket(fd);

  r = uvh_connect(fd, addr, len);
  if (r != -EINPROGRESS || !uvp__blocks(fd) || !uvp__wait(fd, POLLOUT, -1))
    return uvp__result(r);

  size = sizeof(err);
  r = uvh_getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &size);
  if (r < 0)
    return uvp__result(r);

  return uvp__result(-err);
}


int getsockname(int fd,
                struct sockaddr* restrict addr,
                socklen_t* restrict len) {
  if (!uvp__is_host(fd))
    return uvp__not_a_socket(fd);

  return uvp__result(uvh_getsockname(fd, addr, len));
}


int getpeername(int fd,
                struct sockaddr* restrict addr,
                socklen_t* restrict len) {
  if (!uvp__is_host(fd))
    return uvp__not_a_socket(fd);

  return uvp__result(uvh_getpeername(fd, addr, len));
}


int getsockopt(int fd,
               int level,
               int name,
               void* restrict value,
               socklen_t* restrict len) {
  if (!uvp__is_host(fd))
    return uvp__not_a_socket(fd);

  return uvp__result(uvh_getsockopt(fd, level, name, value, len));
}


int setsockopt(int fd, int level, int name, const void* value, socklen_t len) {
  if (!uvp__is_host(fd))
    return uvp__not_a_socket(fd);

  return uvp__result(uvh_setsockopt(fd, level, name, value, len));
}


int shutdown(int fd, int how) {
  if (!uvp__is_host(fd))
    return uvp__not_a_socket(fd);

  return uvp__result(uvh_shutdown(fd, how));
}


/* Programs are never executed from here, so every descriptor is closed on exec,
 * and the flag for that cannot be cleared.
 */
static int uvp__fcntl(int fd, int command, int argument) {
  int r;

  if (command != F_GETFD && command != F_SETFD)
    return uvh_fcntl(fd, command, argument);

  r = uvh_fcntl(fd, F_GETFL, 0);
  if (r < 0)
    return r;

  return command == F_GETFD ? FD_CLOEXEC : 0;
}


int fcntl(int fd, int command, ...) {
  va_list ap;
  long argument;

  va_start(ap, command);
  argument = va_arg(ap, long);
  va_end(ap);

  if (!uvp__is_host(fd))
    return uvp__file_fcntl(fd, command, argument);

  return uvp__result(uvp__fcntl(fd, command, argument));
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


int ioctl(int fd, int request, ...) {
  va_list ap;
  void* argument;

  va_start(ap, request);
  argument = va_arg(ap, void*);
  va_end(ap);

  if (!uvp__is_host(fd))
    return uvp__result(__syscall_ioctl(fd, request, argument));

  if (request != FIONBIO)
    return uvp__fail(ENOTTY);

  return uvp__result(uvp__set_nonblock(fd, *(int*) argument));
}

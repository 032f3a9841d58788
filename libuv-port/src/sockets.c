/* The C library's socket calls, answered by the host.
 *
 * A descriptor from UVH_FD_FIRST on is the host's. Any other one belongs to
 * the WASI layer (files, standard streams), which knows nothing of sockets.
 * These definitions take the place of the C library's, so that programs linked
 * with libuv reach the host with their own calls too.
 */

#include "uv_host.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>
#include <wasi/api.h>

/* The C library's own, for descriptors that are not ours. */
long __syscall_fcntl64(long fd, long command, ...);
int __syscall_ioctl(int fd, int request, ...);


static int uvp__is_host(int fd) {
  return fd >= UVH_FD_FIRST;
}


static int uvp__fail(int err) {
  errno = err;
  return -1;
}


/* Turns a host's or a system call's answer into the C library's. */
static int uvp__result(int r) {
  if (r >= 0)
    return r;

  return uvp__fail(-r);
}


/* The errors of WASI have the numbers of the C library. */
static int uvp__wasi_result(__wasi_errno_t err, size_t n) {
  if (err == __WASI_ERRNO_SUCCESS)
    return (int) n;

  return uvp__fail(err);
}


/* What a socket call says to a descriptor of the other kind. */
static int uvp__not_a_socket(int fd) {
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
  if (!uvp__is_host(fd))
    return uvp__not_a_socket(fd);

  return uvp__result(uvh_accept(fd, addr, len, flags));
}


int accept(int fd, struct sockaddr* restrict addr, socklen_t* restrict len) {
  return accept4(fd, addr, len, 0);
}


int connect(int fd, const struct sockaddr* addr, socklen_t len) {
  if (!uvp__is_host(fd))
    return uvp__not_a_socket(fd);

  return uvp__result(uvh_connect(fd, addr, len));
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


/* Nothing is ever executed from here, so that every descriptor is closed on
 * exec, and the flag that says so cannot be taken away.
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
    return uvp__result(__syscall_fcntl64(fd, command, argument));

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


ssize_t readv(int fd, const struct iovec* bufs, int nbufs) {
  size_t n;

  if (uvp__is_host(fd))
    return uvp__result(uvh_readv(fd, bufs, nbufs, 0));

  n = 0;
  return uvp__wasi_result(
      __wasi_fd_read(fd, (const __wasi_iovec_t*) bufs, nbufs, &n),
      n);
}


ssize_t read(int fd, void* base, size_t len) {
  struct iovec buf;

  buf.iov_base = base;
  buf.iov_len = len;

  return readv(fd, &buf, 1);
}


ssize_t writev(int fd, const struct iovec* bufs, int nbufs) {
  size_t n;

  if (uvp__is_host(fd))
    return uvp__result(uvh_writev(fd, bufs, nbufs, 0));

  n = 0;
  return uvp__wasi_result(
      __wasi_fd_write(fd, (const __wasi_ciovec_t*) bufs, nbufs, &n),
      n);
}


ssize_t write(int fd, const void* base, size_t len) {
  struct iovec buf;

  buf.iov_base = (void*) base;
  buf.iov_len = len;

  return writev(fd, &buf, 1);
}


/* Of a stream's message only the bytes exist: there is no control data to
 * receive, and the address is not filled in.
 */
ssize_t recvmsg(int fd, struct msghdr* msg, int flags) {
  int r;

  if (!uvp__is_host(fd))
    return uvp__not_a_socket(fd);

  r = uvp__result(uvh_readv(fd, msg->msg_iov, msg->msg_iovlen, flags));
  if (r >= 0) {
    msg->msg_namelen = 0;
    msg->msg_controllen = 0;
    msg->msg_flags = 0;
  }

  return r;
}


/* Control data would be descriptors for another process, and there is none. */
ssize_t sendmsg(int fd, const struct msghdr* msg, int flags) {
  if (!uvp__is_host(fd))
    return uvp__not_a_socket(fd);

  if (msg->msg_controllen != 0)
    return uvp__fail(EOPNOTSUPP);

  if (msg->msg_name != NULL)
    return uvp__fail(EISCONN);

  return uvp__result(uvh_writev(fd, msg->msg_iov, msg->msg_iovlen, flags));
}


ssize_t recvfrom(int fd,
                 void* restrict base,
                 size_t len,
                 int flags,
                 struct sockaddr* restrict addr,
                 socklen_t* restrict addrlen) {
  struct msghdr msg;
  struct iovec buf;
  ssize_t r;

  buf.iov_base = base;
  buf.iov_len = len;
  memset(&msg, 0, sizeof(msg));
  msg.msg_iov = &buf;
  msg.msg_iovlen = 1;

  r = recvmsg(fd, &msg, flags);
  if (r >= 0 && addr != NULL)
    *addrlen = 0;

  return r;
}


ssize_t recv(int fd, void* base, size_t len, int flags) {
  return recvfrom(fd, base, len, flags, NULL, NULL);
}


ssize_t sendto(int fd,
               const void* base,
               size_t len,
               int flags,
               const struct sockaddr* addr,
               socklen_t addrlen) {
  struct msghdr msg;
  struct iovec buf;

  buf.iov_base = (void*) base;
  buf.iov_len = len;
  memset(&msg, 0, sizeof(msg));
  msg.msg_name = (void*) addr;
  msg.msg_namelen = addrlen;
  msg.msg_iov = &buf;
  msg.msg_iovlen = 1;

  return sendmsg(fd, &msg, flags);
}


ssize_t send(int fd, const void* base, size_t len, int flags) {
  return sendto(fd, base, len, flags, NULL, 0);
}

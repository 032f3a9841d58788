/* SPDX-License-Identifier: MIT */

/* The C library's socket calls, implemented by the host: creating sockets, their
 * names, their options. These definitions replace the C library's, so that
 * programs that are linked with libuv reach the host with their own calls too.
 */

#include "uv_host.h"
#include "../libc.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>


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


int bind(int fd, const struct sockaddr* addr, socklen_t len) {
  return uvp__result(uvh_bind(fd, addr, len));
}


int listen(int fd, int backlog) {
  return uvp__result(uvh_listen(fd, backlog));
}


int accept4(int fd,
            struct sockaddr* restrict addr,
            socklen_t* restrict len,
            int flags) {
  double deadline;
  int r;

  deadline = 0;

  do
    r = uvh_accept(fd, addr, len, flags);
  while (r == -EAGAIN && uvp__blocks(fd) &&
         uvp__wait_until(fd, POLLIN, &deadline, &r));

  return uvp__result(r);
}


int accept(int fd, struct sockaddr* restrict addr, socklen_t* restrict len) {
  return accept4(fd, addr, len, 0);
}


/* In blocking mode a second connect() waits for the outcome of the first. */
int connect(int fd, const struct sockaddr* addr, socklen_t len) {
  double deadline;
  socklen_t size;
  int err;
  int r;

  r = uvh_connect(fd, addr, len);
  if ((r != -EINPROGRESS && r != -EALREADY) || !uvp__blocks(fd))
    return uvp__result(r);

  deadline = 0;
  if (!uvp__wait_until(fd, POLLOUT, &deadline, &r))
    return uvp__result(r);

  size = sizeof(err);
  r = uvh_getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &size);
  if (r < 0)
    return uvp__result(r);

  /* Only a call can find out that an attempt has failed, and begin another one
   * after that. Here that call was this one.
   */
  if (err != 0 && addr->sa_family != AF_UNIX)
    uvh_connect(fd, addr, len);

  return uvp__result(-err);
}


int getsockname(int fd,
                struct sockaddr* restrict addr,
                socklen_t* restrict len) {
  return uvp__result(uvh_getsockname(fd, addr, len));
}


int getpeername(int fd,
                struct sockaddr* restrict addr,
                socklen_t* restrict len) {
  return uvp__result(uvh_getpeername(fd, addr, len));
}


int getsockopt(int fd,
               int level,
               int name,
               void* restrict value,
               socklen_t* restrict len) {
  return uvp__result(uvh_getsockopt(fd, level, name, value, len));
}


int setsockopt(int fd, int level, int name, const void* value, socklen_t len) {
  return uvp__result(uvh_setsockopt(fd, level, name, value, len));
}


int shutdown(int fd, int how) {
  return uvp__result(uvh_shutdown(fd, how));
}

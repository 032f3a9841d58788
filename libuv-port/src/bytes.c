/* SPDX-License-Identifier: MIT */

/* The C library's calls that transfer bytes, through the host. */

#include "uv_host.h"
#include "libc.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>
#include <wasi/api.h>


static int uvp__may_wait(int fd, int flags) {
  return !(flags & MSG_DONTWAIT) && uvp__blocks(fd);
}


/* Whether to repeat a call that received nothing. */
static int uvp__receive_again(int r, int fd, int flags) {
  return r == -EAGAIN && uvp__may_wait(fd, flags) && uvp__wait(fd, POLLIN, -1);
}


static ssize_t uvp__receive(int fd,
                            const struct iovec* bufs,
                            int nbufs,
                            int flags) {
  int r;

  do
    r = uvh_readv(fd, bufs, nbufs, flags);
  while (uvp__receive_again(r, fd, flags));

  return uvp__result(r);
}


/* If there is no room, the host checks again: otherwise a writer that never
 * returns to its loop would not notice that the peer is gone. Twice, because
 * the check takes a round trip.
 */
static int uvp__look(int fd) {
  return uvp__wait(fd, POLLOUT, 0) || uvp__wait(fd, POLLOUT, 0);
}


static int uvp__wait_for_room(int fd, int flags) {
  return uvp__may_wait(fd, flags) ? uvp__wait(fd, POLLOUT, -1) : uvp__look(fd);
}


static ssize_t uvp__send_some(int fd,
                              const struct iovec* bufs,
                              int nbufs,
                              int flags,
                              const struct sockaddr* addr,
                              socklen_t len) {
  int r;

  do
    r = addr == NULL ? uvh_writev(fd, bufs, nbufs, flags)
                     : uvh_sendto(fd, bufs, nbufs, flags, addr, len);
  while (r == -EAGAIN && uvp__wait_for_room(fd, flags));

  return uvp__result(r);
}


static size_t uvp__size(const struct iovec* bufs, int nbufs) {
  size_t size;
  int i;

  size = 0;
  for (i = 0; i < nbufs; i++)
    size += bufs[i].iov_len;

  return size;
}


/* In blocking mode everything is sent, no matter how long it takes. */
static ssize_t uvp__send(int fd,
                         const struct iovec* bufs,
                         int nbufs,
                         int flags,
                         const struct sockaddr* addr,
                         socklen_t len) {
  struct iovec rest;
  ssize_t done;
  size_t sent;
  ssize_t n;

  n = uvp__send_some(fd, bufs, nbufs, flags, addr, len);
  assert(n < 0 || (size_t) n <= uvp__size(bufs, nbufs));
  if (n < 0 || (size_t) n == uvp__size(bufs, nbufs))
    return n;

  if (!uvp__may_wait(fd, flags))
    return n;

  done = n;

  /* `sent` is the part of the first buffer that has been sent. */
  for (sent = n; nbufs > 0; bufs++, nbufs--) {
    for (; sent < bufs->iov_len; sent += n) {
      rest.iov_base = (char*) bufs->iov_base + sent;
      rest.iov_len = bufs->iov_len - sent;

      n = uvp__send_some(fd, &rest, 1, flags, addr, len);
      if (n < 0)
        return done;

      assert((size_t) n <= rest.iov_len);
      done += n;
    }

    sent -= bufs->iov_len;
  }

  return done;
}


ssize_t readv(int fd, const struct iovec* bufs, int nbufs) {
  size_t n;

  if (!uvp__is_wasi(fd))
    return uvp__receive(fd, bufs, nbufs, 0);

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

  if (!uvp__is_wasi(fd))
    return uvp__send(fd, bufs, nbufs, 0, NULL, 0);

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


static size_t uvp__min(size_t a, size_t b) {
  return a < b ? a : b;
}


/* There is no control data to receive. A message that does not fit into the
 * buffers is truncated; a stream keeps the rest.
 */
ssize_t recvmsg(int fd, struct msghdr* msg, int flags) {
  size_t room;
  int r;

  do
    r = uvh_recvfrom(fd,
                     msg->msg_iov,
                     msg->msg_iovlen,
                     flags & ~MSG_TRUNC,
                     msg->msg_name,
                     &msg->msg_namelen);
  while (uvp__receive_again(r, fd, flags));

  if (r < 0)
    return uvp__result(r);

  room = uvp__size(msg->msg_iov, msg->msg_iovlen);
  msg->msg_controllen = 0;
  msg->msg_flags = (size_t) r > room ? MSG_TRUNC : 0;

  return flags & MSG_TRUNC ? (size_t) r : uvp__min(r, room);
}


/* Control data would be descriptors for another process, and there is none. */
ssize_t sendmsg(int fd, const struct msghdr* msg, int flags) {
  if (msg->msg_controllen != 0)
    return uvp__fail(EOPNOTSUPP);

  return uvp__send(fd,
                   msg->msg_iov,
                   msg->msg_iovlen,
                   flags,
                   msg->msg_name,
                   msg->msg_namelen);
}


/* Waits for the first message only, and ignores the timeout. */
int recvmmsg(int fd,
             struct mmsghdr* msgs,
             unsigned int count,
             unsigned int flags,
             struct timespec* timeout) {
  unsigned int i;
  ssize_t r;

  for (i = 0; i < count; i++) {
    r = recvmsg(fd, &msgs[i].msg_hdr, flags & ~MSG_WAITFORONE);
    if (r < 0)
      break;

    msgs[i].msg_len = r;
    flags |= MSG_DONTWAIT;
  }

  return i > 0 || count == 0 ? (int) i : -1;
}


/* An error after the first message is reported by the next call. */
int sendmmsg(int fd,
             struct mmsghdr* msgs,
             unsigned int count,
             unsigned int flags) {
  unsigned int i;
  ssize_t r;

  for (i = 0; i < count; i++) {
    r = sendmsg(fd, &msgs[i].msg_hdr, flags);
    if (r < 0)
      break;

    msgs[i].msg_len = r;
  }

  return i > 0 || count == 0 ? (int) i : -1;
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
  msg.msg_name = addr;
  msg.msg_namelen = addr == NULL ? 0 : *addrlen;
  msg.msg_iov = &buf;
  msg.msg_iovlen = 1;

  r = recvmsg(fd, &msg, flags);
  if (r >= 0 && addr != NULL)
    *addrlen = msg.msg_namelen;

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

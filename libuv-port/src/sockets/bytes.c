/* SPDX-License-Identifier: MIT */

/* The C library's calls that transfer bytes, through the host. */

#include "uv_host.h"
#include "../libc.h"

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
  return !(flags & (MSG_DONTWAIT | MSG_ERRQUEUE)) && uvp__blocks(fd);
}


/* Receives what there is. In blocking mode the host has EAGAIN for fewer bytes
 * than SO_RCVLOWAT, too: when the wait is over, they are taken all the same.
 * For read() and others that work on any descriptor, `msg` is NULL.
 */
static int uvp__receive_some(int fd,
                             const struct iovec* bufs,
                             int nbufs,
                             int flags,
                             struct msghdr* msg,
                             double* deadline) {
  int r;

  for (;;) {
    r = msg == NULL ? uvh_readv(fd, bufs, nbufs, flags)
                    : uvp__recvmsg(fd, bufs, nbufs, flags, msg);

    if (r != -EAGAIN || !uvp__may_wait(fd, flags))
      return r;

    if (uvp__wait_until(fd, POLLIN, deadline, &r))
      continue;

    if (r == -EINTR)
      return r;

    flags |= MSG_DONTWAIT;
  }
}


/* If there is no room, the host checks again: otherwise a writer that never
 * returns to its loop would not notice that the peer is gone. Twice, because
 * the check takes a round trip.
 */
static int uvp__look(int fd, int* r) {
  return uvp__wait(fd, POLLOUT, 0, r) || uvp__wait(fd, POLLOUT, 0, r);
}


static int uvp__wait_for_room(int fd, int flags, double* deadline, int* r) {
  if (uvp__may_wait(fd, flags))
    return uvp__wait_until(fd, POLLOUT, deadline, r);

  return uvp__look(fd, r);
}


/* The outcome of a write that the host has begun: it keeps the bytes of a
 * stream that has no room for them, and knows later whether it got rid of them.
 */
static int uvp__outcome(int fd) {
  int err;
  int r;

  err = -EAGAIN;

  do
    if (uvp__wait(fd, POLLOUT, -1, &err))
      r = uvh_writev(fd, NULL, 0, 0);
    else
      r = uvh_writev(fd, NULL, 0, MSG_DONTWAIT);
  while (r == -EINPROGRESS);

  return r == -EAGAIN ? err : r;
}


/* For write() and others that work on any descriptor, `msg` is NULL. */
static int uvp__send_some(int fd,
                          const struct iovec* bufs,
                          int nbufs,
                          int flags,
                          const struct msghdr* msg,
                          double* deadline) {
  int r;

  do
    r = msg == NULL ? uvh_writev(fd, bufs, nbufs, flags)
                    : uvp__sendmsg(fd, bufs, nbufs, flags, msg);
  while (r == -EAGAIN && uvp__wait_for_room(fd, flags, deadline, &r));

  if (r == -EINPROGRESS)
    r = uvp__outcome(fd);

  if (r == -EPIPE && !(flags & MSG_NOSIGNAL))
    uvp__broken_pipe();

  return r;
}


static size_t uvp__size(const struct iovec* bufs, int nbufs) {
  size_t size;
  int i;

  size = 0;
  for (i = 0; i < nbufs; i++)
    size += bufs[i].iov_len;

  return size;
}


/* Where a transfer goes on: `done` bytes after the beginning of `bufs`. */
struct uvp__rest {
  const struct iovec* bufs;
  int nbufs;
  size_t done;
  struct iovec buf;
};


/* Skips `n` bytes. Returns whether any are left; `buf` is the next piece. */
static int uvp__skip(struct uvp__rest* rest, size_t n) {
  rest->done += n;

  for (; rest->nbufs > 0; rest->bufs++, rest->nbufs--) {
    if (rest->done < rest->bufs->iov_len) {
      rest->buf.iov_base = (char*) rest->bufs->iov_base + rest->done;
      rest->buf.iov_len = rest->bufs->iov_len - rest->done;
      return 1;
    }

    rest->done -= rest->bufs->iov_len;
  }

  return 0;
}


/* In blocking mode everything is sent, unless SO_SNDTIMEO ends it. Control data
 * goes with the first bytes.
 */
static ssize_t uvp__send(int fd,
                         const struct iovec* bufs,
                         int nbufs,
                         int flags,
                         const struct msghdr* msg) {
  struct uvp__rest rest = { bufs, nbufs, 0, { NULL, 0 } };
  struct msghdr plain;
  double deadline;
  ssize_t done;
  int n;

  deadline = 0;
  n = uvp__send_some(fd, bufs, nbufs, flags, msg, &deadline);
  if (n < 0 || (size_t) n == uvp__size(bufs, nbufs))
    return uvp__result(n);

  if (!uvp__may_wait(fd, flags))
    return n;

  if (msg != NULL) {
    plain = *msg;
    plain.msg_controllen = 0;
    msg = &plain;
  }

  for (done = n; uvp__skip(&rest, n); done += n) {
    n = uvp__send_some(fd, &rest.buf, 1, flags, msg, &deadline);
    if (n < 0)
      break;
  }

  return done;
}


static int uvp__is_stream(int fd) {
  socklen_t len;
  int type;

  len = sizeof(type);
  return uvh_getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) == 0 &&
         type == SOCK_STREAM;
}


/* Whether a message has brought control data, or would have. */
static int uvp__has_control(const struct msghdr* msg) {
  return msg != NULL &&
         (msg->msg_controllen > 0 || (msg->msg_flags & MSG_CTRUNC));
}


/* With MSG_WAITALL a stream fills the buffers, unless it ends, SO_RCVTIMEO ends
 * the call, or control data ends a message. What arrived before an error is
 * returned first.
 */
static ssize_t uvp__receive(int fd,
                            const struct iovec* bufs,
                            int nbufs,
                            int flags,
                            struct msghdr* msg) {
  struct uvp__rest rest = { bufs, nbufs, 0, { NULL, 0 } };
  socklen_t room;
  double deadline;
  ssize_t done;
  int n;

  deadline = 0;
  room = msg == NULL ? 0 : msg->msg_controllen;
  n = uvp__receive_some(fd, bufs, nbufs, flags, msg, &deadline);
  if (n <= 0 || !(flags & MSG_WAITALL) || (flags & MSG_PEEK))
    return uvp__result(n);

  if (!uvp__may_wait(fd, flags) || !uvp__is_stream(fd))
    return n;

  for (done = n; !uvp__has_control(msg) && uvp__skip(&rest, n); done += n) {
    if (msg != NULL)
      msg->msg_controllen = room;

    n = uvp__receive_some(fd, &rest.buf, 1, flags, msg, &deadline);
    if (n <= 0)
      break;
  }

  return done;
}


ssize_t readv(int fd, const struct iovec* bufs, int nbufs) {
  size_t n;

  if (!uvp__is_wasi(fd))
    return uvp__receive(fd, bufs, nbufs, 0, NULL);

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
    return uvp__send(fd, bufs, nbufs, 0, NULL);

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


/* A message that does not fit into the buffers is truncated; a stream keeps the
 * rest.
 */
ssize_t recvmsg(int fd, struct msghdr* msg, int flags) {
  size_t room;
  ssize_t n;

  n = uvp__receive(fd, msg->msg_iov, msg->msg_iovlen, flags, msg);
  if (n < 0)
    return n;

  room = uvp__size(msg->msg_iov, msg->msg_iovlen);
  if ((size_t) n > room)
    msg->msg_flags |= MSG_TRUNC;

  return flags & MSG_TRUNC ? (size_t) n : uvp__min(n, room);
}


ssize_t sendmsg(int fd, const struct msghdr* msg, int flags) {
  return uvp__send(fd, msg->msg_iov, msg->msg_iovlen, flags, msg);
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

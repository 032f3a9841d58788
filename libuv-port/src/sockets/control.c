/* SPDX-License-Identifier: MIT */

/* Messages with control data, for programs: descriptors that they pass. */

#include "uv_host.h"
#include "../libc.h"

#include <sys/socket.h>


static void uvp__with_bufs(struct msghdr* part,
                           const struct msghdr* msg,
                           const struct iovec* bufs,
                           int nbufs) {
  *part = *msg;
  part->msg_iov = (struct iovec*) bufs;
  part->msg_iovlen = nbufs;
}


int uvp__sendmsg(int fd,
                 const struct iovec* bufs,
                 int nbufs,
                 int flags,
                 const struct msghdr* msg) {
  struct msghdr part;

  uvp__with_bufs(&part, msg, bufs, nbufs);
  return uvh_sendmsg(fd, &part, flags);
}


int uvp__recvmsg(int fd,
                 const struct iovec* bufs,
                 int nbufs,
                 int flags,
                 struct msghdr* msg) {
  struct msghdr part;
  int r;

  uvp__with_bufs(&part, msg, bufs, nbufs);
  r = uvh_recvmsg(fd, &part, flags);
  if (r < 0)
    return r;

  msg->msg_namelen = part.msg_namelen;
  msg->msg_controllen = part.msg_controllen;
  msg->msg_flags = part.msg_flags;
  return r;
}

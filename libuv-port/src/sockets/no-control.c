/* SPDX-License-Identifier: MIT */

/* Messages without control data, for the library for TypeScript, which does not
 * pass descriptors.
 */

#include "uv_host.h"
#include "../libc.h"

#include <errno.h>
#include <sys/socket.h>


int uvp__sendmsg(int fd,
                 const struct iovec* bufs,
                 int nbufs,
                 int flags,
                 const struct msghdr* msg) {
  if (msg->msg_controllen != 0)
    return -EOPNOTSUPP;

  return uvh_sendto(fd, bufs, nbufs, flags, msg->msg_name, msg->msg_namelen);
}


int uvp__recvmsg(int fd,
                 const struct iovec* bufs,
                 int nbufs,
                 int flags,
                 struct msghdr* msg) {
  msg->msg_controllen = 0;
  msg->msg_flags = 0;
  return uvh_recvfrom(fd, bufs, nbufs, flags, msg->msg_name, &msg->msg_namelen);
}

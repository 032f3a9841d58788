/* SPDX-License-Identifier: MIT */

/* Makes a descriptor in blocking mode block. It is a file of its own, so that a
 * module for a host that never waits can replace it by functions that report
 * so.
 */

#include "uv_host.h"
#include "libc.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>


int uvp__blocks(int fd) {
  int flags;

  flags = uvh_fcntl(fd, F_GETFL, 0);
  return flags >= 0 && !(flags & O_NONBLOCK);
}


int uvp__wait(int fd, int events, int timeout) {
  struct pollfd p;
  int r;

  p.fd = fd;
  p.events = events;
  p.revents = 0;

  do
    r = uvh_poll(&p, 1, timeout);
  while (r == -EINTR);

  return r > 0;
}

/* SPDX-License-Identifier: MIT */

/* Makes a descriptor in blocking mode block. It is a file of its own, so that a
 * module for a host that never waits can replace it by functions that report
 * so.
 */

#include "uv_host.h"
#include "libc.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <math.h>
#include <poll.h>
#include <sys/time.h>


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


/* The time at which a call has waited as long as the socket allows. */
static double uvp__deadline(int fd, int events) {
  struct timeval timeout;
  socklen_t len;
  int option;

  len = sizeof(timeout);
  option = events == POLLIN ? SO_RCVTIMEO : SO_SNDTIMEO;

  if (uvh_getsockopt(fd, SOL_SOCKET, option, &timeout, &len) < 0)
    return INFINITY;

  if (timeout.tv_sec == 0 && timeout.tv_usec == 0)
    return INFINITY;

  return uvh_clock() + timeout.tv_sec * 1e9 + timeout.tv_usec * 1e3;
}


int uvp__wait_until(int fd, int events, double* deadline) {
  double left;

  if (*deadline == 0)
    *deadline = uvp__deadline(fd, events);

  if (*deadline == INFINITY)
    return uvp__wait(fd, events, -1);

  left = (*deadline - uvh_clock()) / 1e6 + 0.999999;
  if (left <= 0)
    return 0;

  return uvp__wait(fd, events, left < INT_MAX ? (int) left : INT_MAX);
}

/* SPDX-License-Identifier: MIT */

/* Makes a descriptor in blocking mode block. It is a file of its own, so that a
 * module for a host that never waits can replace it by functions that report
 * so.
 */

#include "uv_host.h"
#include "../libc.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <sys/time.h>


int uvp__blocks(int fd) {
  int flags;

  flags = uvh_fcntl(fd, F_GETFL, 0);
  return flags >= 0 && !(flags & O_NONBLOCK);
}


/* Whether the signals that end a wait let the call continue. */
static int uvp__goes_on(int restarts) {
  switch (uvp__take_signals()) {
    case UVP__NO_SIGNAL:
      return 1;

    case UVP__RESTART:
      return restarts;
  }

  return 0;
}


/* Waits until a deadline; 0 is in the past. */
static int uvp__wait_for(int fd,
                         int events,
                         double deadline,
                         int restarts,
                         int* r) {
  struct pollfd p;
  int n;

  p.fd = fd;
  p.events = events;
  p.revents = 0;

  while ((n = uvh_poll(&p, 1, uvp__until(deadline))) == -EINTR)
    if (!uvp__goes_on(restarts) && deadline != 0) {
      *r = -EINTR;
      return 0;
    }

  return n > 0;
}


int uvp__wait(int fd, int events, int timeout, int* r) {
  return uvp__wait_for(fd, events, timeout == 0 ? 0 : INFINITY, 1, r);
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


/* A call with a timeout is not restarted, as on Linux. */
int uvp__wait_until(int fd, int events, double* deadline, int* r) {
  if (*deadline == 0)
    *deadline = uvp__deadline(fd, events);

  return uvp__wait_for(fd, events, *deadline, *deadline == INFINITY, r);
}

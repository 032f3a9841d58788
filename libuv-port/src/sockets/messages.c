/* SPDX-License-Identifier: MIT */

/* Several messages with one call. */

#include "uv_host.h"
#include "../libc.h"

#include <errno.h>
#include <stddef.h>
#include <sys/socket.h>
#include <time.h>

#define UVP__NSEC_PER_SEC 1000000000

/* The most messages of one call, as on Linux. */
#define UVP__MESSAGES_MAX 1024


/* The time that is left, in nanoseconds. */
static double uvp__left(const struct timespec* timeout, double start) {
  double left;

  left = timeout->tv_sec * 1e9 + timeout->tv_nsec - (uvh_clock() - start);
  return left > 0 ? left : 0;
}


/* Like on Linux, the timeout is looked at after each message, and ends no wait
 * for one.
 */
int recvmmsg(int fd,
             struct mmsghdr* msgs,
             unsigned int count,
             unsigned int flags,
             struct timespec* timeout) {
  unsigned int i;
  double start;
  double left;
  ssize_t r;

  if (timeout != NULL && (timeout->tv_sec < 0 || timeout->tv_nsec < 0 ||
                          timeout->tv_nsec >= UVP__NSEC_PER_SEC))
    return uvp__fail(EINVAL);

  if (count > UVP__MESSAGES_MAX)
    count = UVP__MESSAGES_MAX;

  start = timeout == NULL ? 0 : uvh_clock();
  left = 1;
  for (i = 0; i < count && left > 0; i++) {
    r = recvmsg(fd, &msgs[i].msg_hdr, flags & ~MSG_WAITFORONE);
    if (r < 0)
      break;

    msgs[i].msg_len = r;
    if (flags & MSG_WAITFORONE)
      flags |= MSG_DONTWAIT;

    if (timeout != NULL)
      left = uvp__left(timeout, start);
  }

  if (timeout != NULL && i > 0) {
    timeout->tv_sec = left / UVP__NSEC_PER_SEC;
    timeout->tv_nsec = left - (double) timeout->tv_sec * UVP__NSEC_PER_SEC;
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

  if (count > UVP__MESSAGES_MAX)
    count = UVP__MESSAGES_MAX;

  for (i = 0; i < count; i++) {
    r = sendmsg(fd, &msgs[i].msg_hdr, flags);
    if (r < 0)
      break;

    msgs[i].msg_len = r;
  }

  return i > 0 || count == 0 ? (int) i : -1;
}

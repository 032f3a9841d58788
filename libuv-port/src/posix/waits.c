/* SPDX-License-Identifier: MIT */

/* Waits for descriptors with more than poll() can express: times that are not
 * whole milliseconds, or longer than an int of them, and blocked signals.
 */

#include "waits.h"
#include "../signals/signals.h"
#include "uv_host.h"

#include <errno.h>
#include <limits.h>
#include <stddef.h>

#define UVP__NSEC_PER_SEC 1000000000

/* The time until which a wait is exact: a double counts nanoseconds up to 2^53,
 * and longer waits never end in practice.
 */
#define UVP__LONGEST 9e15


int uvp__is_time(const struct timespec* time) {
  return time->tv_sec >= 0 && time->tv_nsec >= 0 &&
         time->tv_nsec < UVP__NSEC_PER_SEC;
}


/* Repeats a poll() that is too short. */
static int uvp__poll_until(struct pollfd* fds, nfds_t nfds, double deadline) {
  double left;
  int r;

  do {
    left = (deadline - uvh_clock()) / 1e6;
    if (left < 0)
      left = 0;

    /* Rounded up: a wait may be longer than requested, but not shorter. */
    r = poll(fds, nfds, left < INT_MAX - 1 ? (int) (left + 0.999999) : INT_MAX);
  } while (r == 0 && left > 0 && uvh_clock() < deadline);

  return r;
}


static int uvp__poll_time(struct pollfd* fds,
                          nfds_t nfds,
                          struct timespec* time) {
  double deadline;
  double left;
  int r;

  if (time == NULL)
    return poll(fds, nfds, -1);

  left = (double) time->tv_sec * UVP__NSEC_PER_SEC + time->tv_nsec;
  if (left > UVP__LONGEST)
    return poll(fds, nfds, -1);

  deadline = uvh_clock() + left;
  r = uvp__poll_until(fds, nfds, deadline);

  left = deadline - uvh_clock();
  if (left < 0)
    left = 0;

  time->tv_sec = left / UVP__NSEC_PER_SEC;
  time->tv_nsec = left - (double) time->tv_sec * UVP__NSEC_PER_SEC;
  return r;
}


int uvp__poll_for(struct pollfd* fds,
                  nfds_t nfds,
                  struct timespec* time,
                  const sigset_t* mask) {
  sigset_t old;
  int err;
  int r;

  if (mask == NULL)
    return uvp__poll_time(fds, nfds, time);

  uvp__begin_mask(mask, &old);
  r = uvp__poll_time(fds, nfds, time);
  err = errno;
  uvp__end_mask(&old);
  errno = err;
  return r;
}


int ppoll(struct pollfd* fds,
          nfds_t nfds,
          const struct timespec* timeout,
          const sigset_t* mask) {
  struct timespec time;

  if (timeout == NULL)
    return uvp__poll_for(fds, nfds, NULL, mask);

  time = *timeout;
  if (!uvp__is_time(&time)) {
    errno = EINVAL;
    return -1;
  }

  return uvp__poll_for(fds, nfds, &time, mask);
}

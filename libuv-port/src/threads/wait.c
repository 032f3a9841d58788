/* SPDX-License-Identifier: MIT */

#include "threads.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>

#define UVP__SECOND 1000000000


int uvp__sleep_until(clockid_t clock, const struct timespec* deadline) {
  struct timespec now;
  long long left;

  if (deadline->tv_nsec < 0 || deadline->tv_nsec >= UVP__SECOND)
    return EINVAL;

  for (;;) {
    if (clock_gettime(clock, &now))
      return EINVAL;

    if (deadline->tv_sec < now.tv_sec)
      return ETIMEDOUT;

    /* In ms, rounded up; far deadlines are waited for in pieces. */
    left = INT_MAX;
    if (deadline->tv_sec - now.tv_sec < INT_MAX / 1000)
      left = ((deadline->tv_sec - now.tv_sec) * (long long) UVP__SECOND +
              deadline->tv_nsec - now.tv_nsec + 999999) /
             1000000;

    if (left <= 0)
      return ETIMEDOUT;

    if (poll(NULL, 0, left) < 0 && errno == EINTR)
      return EINTR;
  }
}


int uvp__sleep_over(clockid_t clock, const struct timespec* deadline) {
  int err;

  do
    err = uvp__sleep_until(clock, deadline);
  while (err == EINTR);

  return err;
}

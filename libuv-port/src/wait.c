/* SPDX-License-Identifier: MIT */

/* The C library's calls that wait. The loop does not need them: they are for
 * programs that poll and sleep themselves, and for a host that can wait. If it
 * cannot, they fail instead.
 */

#include "uv_host.h"
#include "libc.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stddef.h>
#include <time.h>

#define UVP__NSEC_PER_SEC 1000000000LL


int poll(struct pollfd* fds, nfds_t nfds, int timeout) {
  return uvp__result(uvh_poll(fds, nfds, timeout));
}


static long long uvp__nanoseconds(const struct timespec* time) {
  return time->tv_sec * UVP__NSEC_PER_SEC + time->tv_nsec;
}


/* Waits for whole milliseconds: POSIX allows a sleep to be longer than
 * requested, but not shorter. Nothing interrupts it, so no time ever remains.
 */
static int uvp__sleep(long long nsec) {
  double deadline;
  double left;
  int r;

  deadline = uvh_clock() + nsec;

  for (left = nsec; left > 0; left = deadline - uvh_clock()) {
    left = left / 1e6 + 0.999999;

    r = uvh_poll(NULL, 0, left < INT_MAX ? (int) left : INT_MAX);
    if (r == -EAGAIN)
      return ENOSYS;

    if (r < 0 && r != -EINTR)
      return -r;
  }

  return 0;
}


int clock_nanosleep(clockid_t clock,
                    int flags,
                    const struct timespec* request,
                    struct timespec* remaining) {
  struct timespec now;
  long long nsec;

  if (request->tv_sec < 0 || request->tv_nsec < 0 ||
      request->tv_nsec >= UVP__NSEC_PER_SEC)
    return EINVAL;

  if (clock == CLOCK_THREAD_CPUTIME_ID || clock_gettime(clock, &now))
    return EINVAL;

  /* Processor time does not pass while the only thread sleeps. */
  if (clock == CLOCK_PROCESS_CPUTIME_ID)
    return ENOTSUP;

  nsec = uvp__nanoseconds(request);
  if (flags & TIMER_ABSTIME)
    nsec -= uvp__nanoseconds(&now);

  return uvp__sleep(nsec);
}


int nanosleep(const struct timespec* request, struct timespec* remaining) {
  int err;

  err = clock_nanosleep(CLOCK_MONOTONIC, 0, request, remaining);
  if (err != 0)
    return uvp__fail(err);

  return 0;
}

/* SPDX-License-Identifier: MIT */

/* The C library's calls that wait. The loop does not need them: they are for
 * programs that poll and sleep themselves, and for a host that can wait. If it
 * cannot, they fail instead.
 */

#include "uv_host.h"
#include "../libc.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <poll.h>
#include <stddef.h>
#include <time.h>

#define UVP__NSEC_PER_SEC 1000000000LL


int uvp__until(double deadline) {
  double left;

  if (deadline == INFINITY)
    return -1;

  left = deadline == 0 ? 0 : (deadline - uvh_clock()) / 1e6 + 0.999999;
  if (left <= 0)
    return 0;

  return left < INT_MAX ? (int) left : INT_MAX;
}


/* The host reports signals before descriptors. A descriptor that is ready is
 * reported all the same, as on Linux. A signal that is blocked ends no wait.
 */
static int uvp__poll(struct pollfd* fds, nfds_t nfds, int timeout) {
  double deadline;
  int interrupted;
  int r;

  interrupted = 0;
  deadline = 0;
  if (timeout > 0 && uvp__uses_signals())
    deadline = uvh_clock() + timeout * 1e6;

  while ((r = uvh_poll(fds, nfds, timeout)) == -EINTR) {
    if (uvp__take_signals() != UVP__NO_SIGNAL)
      interrupted = 1;

    if (interrupted)
      timeout = 0;
    else if (timeout > 0)
      timeout = uvp__until(deadline);
  }

  return r == 0 && interrupted ? -EINTR : r;
}


int poll(struct pollfd* fds, nfds_t nfds, int timeout) {
  return uvp__result(uvp__poll(fds, nfds, timeout));
}


static long long uvp__nanoseconds(const struct timespec* time) {
  return time->tv_sec * UVP__NSEC_PER_SEC + time->tv_nsec;
}


/* Waits for whole milliseconds: POSIX allows a sleep to be longer than
 * requested, but not shorter. `remaining`, which may be NULL, is set if a signal
 * ends it.
 */
static int uvp__sleep(long long nsec, struct timespec* remaining) {
  double deadline;
  double left;
  int r;

  deadline = uvh_clock() + nsec;

  for (left = nsec; left > 0; left = deadline - uvh_clock()) {
    r = uvh_poll(NULL, 0, uvp__until(deadline));
    if (r == -EAGAIN)
      return ENOSYS;

    if (r != -EINTR || uvp__take_signals() == UVP__NO_SIGNAL)
      continue;

    left = deadline - uvh_clock();
    if (left < 0)
      left = 0;

    if (remaining != NULL) {
      remaining->tv_sec = left / UVP__NSEC_PER_SEC;
      remaining->tv_nsec =
          left - (double) remaining->tv_sec * UVP__NSEC_PER_SEC;
    }

    return EINTR;
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
  if (flags & TIMER_ABSTIME) {
    nsec -= uvp__nanoseconds(&now);
    remaining = NULL;
  }

  return uvp__sleep(nsec, remaining);
}


int nanosleep(const struct timespec* request, struct timespec* remaining) {
  int err;

  err = clock_nanosleep(CLOCK_MONOTONIC, 0, request, remaining);
  if (err != 0)
    return uvp__fail(err);

  return 0;
}

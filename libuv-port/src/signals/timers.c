/* SPDX-License-Identifier: MIT */

/* The timers of POSIX, which send a signal or only count. The host runs them and
 * says that one has expired; which, and how often, follows from the clock.
 */

#include "signals.h"
#include "uv_host.h"
#include "../libc.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#define UVP__NSEC_PER_SEC 1000000000

struct uvp__timer {
  int is_used;
  clockid_t clock;
  /* 0 if it sends none. */
  int signum;
  union sigval value;
  /* When it expires next, by the host's clock; 0 if never. */
  double due;
  double interval;
  int is_queued;
  int overrun;
};

/* That with the number n is at n - 1. */
static struct uvp__timer uvp__timers[UVH_TIMERS];


static int uvp__number_of(const struct uvp__timer* timer) {
  return timer - uvp__timers + 1;
}


static struct uvp__timer* uvp__find_timer(timer_t id) {
  uintptr_t number;

  number = (uintptr_t) id;
  if (number < 1 || number > UVH_TIMERS || !uvp__timers[number - 1].is_used)
    return NULL;

  return uvp__timers + number - 1;
}


static int uvp__is_time(const struct timespec* time) {
  return time->tv_sec >= 0 && time->tv_nsec >= 0 &&
         time->tv_nsec < UVP__NSEC_PER_SEC;
}


static double uvp__nsec(const struct timespec* time) {
  return (double) time->tv_sec * UVP__NSEC_PER_SEC + time->tv_nsec;
}


static struct timespec uvp__timespec(double nsec) {
  struct timespec time;

  time.tv_sec = nsec / UVP__NSEC_PER_SEC;
  time.tv_nsec = nsec - (double) time.tv_sec * UVP__NSEC_PER_SEC;
  return time;
}


/* Goes on to the next expiry after `now`. Returns how many there were besides
 * the first.
 */
static double uvp__forward(struct uvp__timer* timer, double now) {
  double missed;

  if (timer->interval == 0) {
    timer->due = 0;
    return 0;
  }

  missed = floor((now - timer->due) / timer->interval);
  timer->due += (missed + 1) * timer->interval;
  return missed;
}


static void uvp__collect_timers(void) {
  struct uvp__timer* timer;
  double now;
  int i;

  now = uvh_clock();
  for (i = 0; i < UVH_TIMERS; i++) {
    timer = uvp__timers + i;
    if (timer->signum == 0 || timer->due == 0 || timer->due > now ||
        timer->is_queued)
      continue;

    if (uvp__is_ignored(timer->signum) &&
        !(uvp__blocked & uvp__signal_bit(timer->signum))) {
      uvp__forward(timer, now);
      continue;
    }

    timer->is_queued = 1;
    uvp__enqueue_timer(timer->signum, i + 1);
  }
}


/* What has expired since the signal was queued is not sent again but counted. */
static void uvp__take_timer(int number, siginfo_t* info) {
  struct uvp__timer* timer;
  double missed;

  timer = uvp__timers + number - 1;
  missed = uvp__forward(timer, uvh_clock());
  timer->is_queued = 0;
  timer->overrun = missed < INT_MAX ? missed : INT_MAX;

  info->si_timerid = number;
  info->si_overrun = timer->overrun;
  info->si_value = timer->value;
}


static void uvp__disarm(struct uvp__timer* timer) {
  if (timer->signum != 0)
    uvh_timer(uvp__number_of(timer), timer->signum, 0, 0);

  uvp__drop_timer(uvp__number_of(timer));
  timer->is_queued = 0;
  timer->due = 0;
  timer->interval = 0;
}


/* Fills in what a timer does. Returns an error number. */
static int uvp__prepare(struct uvp__timer* timer,
                        const struct sigevent* event) {
  timer->signum = SIGALRM;
  timer->value.sival_int = uvp__number_of(timer);
  if (event == NULL)
    return 0;

  timer->value = event->sigev_value;
  switch (event->sigev_notify) {
    case SIGEV_NONE:
      timer->signum = 0;
      return 0;

    case SIGEV_SIGNAL:
      timer->signum = event->sigev_signo;
      return uvp__is_signal(timer->signum) ? 0 : EINVAL;

    case SIGEV_THREAD:
      uvp__absent("timer_create");
      return ENOTSUP;
  }

  return EINVAL;
}


/* There is no timer of processor time, and only Linux' administrators may wake a
 * machine.
 */
static int uvp__check_clock(clockid_t clock) {
  switch (clock) {
    case CLOCK_REALTIME:
    case CLOCK_MONOTONIC:
    case CLOCK_BOOTTIME:
    case CLOCK_TAI:
      return 0;

    case CLOCK_REALTIME_ALARM:
    case CLOCK_BOOTTIME_ALARM:
      return EPERM;

    case CLOCK_PROCESS_CPUTIME_ID:
    case CLOCK_THREAD_CPUTIME_ID:
    case CLOCK_MONOTONIC_RAW:
    case CLOCK_REALTIME_COARSE:
    case CLOCK_MONOTONIC_COARSE:
      return ENOTSUP;
  }

  return EINVAL;
}


int timer_create(clockid_t clock,
                 struct sigevent* restrict event,
                 timer_t* restrict id) {
  static const struct uvp__timer_calls calls = {
    uvp__collect_timers,
    uvp__take_timer,
  };
  struct uvp__timer* timer;
  int err;

  err = uvp__check_clock(clock);
  if (err)
    return uvp__fail(err);

  timer = uvp__timers;
  while (timer->is_used)
    if (++timer == uvp__timers + UVH_TIMERS)
      return uvp__fail(EAGAIN);

  memset(timer, 0, sizeof(*timer));
  err = uvp__prepare(timer, event);
  if (err)
    return uvp__fail(err);

  timer->is_used = 1;
  timer->clock = clock;
  *id = (timer_t) (intptr_t) uvp__number_of(timer);

  uvp__timer_calls = &calls;
  uvp__tell_host();
  return 0;
}


int timer_delete(timer_t id) {
  struct uvp__timer* timer;

  timer = uvp__find_timer(id);
  if (timer == NULL)
    return uvp__fail(EINVAL);

  uvp__disarm(timer);
  timer->is_used = 0;
  return 0;
}


static void uvp__read_timer(struct uvp__timer* timer,
                            struct itimerspec* setting) {
  double left;

  memset(setting, 0, sizeof(*setting));
  setting->it_interval = uvp__timespec(timer->interval);
  if (timer->due == 0)
    return;

  left = timer->due - uvh_clock();
  if (left <= 0 && timer->interval > 0)
    left = timer->interval - fmod(-left, timer->interval);

  if (left > 0)
    setting->it_value = uvp__timespec(left);
}


int timer_gettime(timer_t id, struct itimerspec* setting) {
  struct uvp__timer* timer;

  timer = uvp__find_timer(id);
  if (timer == NULL)
    return uvp__fail(EINVAL);

  uvp__read_timer(timer, setting);
  return 0;
}


/* The nanoseconds until a timer expires for the first time. */
static double uvp__first_after(const struct uvp__timer* timer,
                               int flags,
                               const struct timespec* value) {
  struct timespec now;
  double after;

  if (!(flags & TIMER_ABSTIME))
    return uvp__nsec(value);

  clock_gettime(timer->clock, &now);
  after = (double) (value->tv_sec - now.tv_sec) * UVP__NSEC_PER_SEC +
          (value->tv_nsec - now.tv_nsec);
  return after > 0 ? after : 1;
}


int timer_settime(timer_t id,
                  int flags,
                  const struct itimerspec* restrict setting,
                  struct itimerspec* restrict old) {
  struct uvp__timer* timer;
  double after;

  timer = uvp__find_timer(id);
  if (timer == NULL || setting == NULL || !uvp__is_time(&setting->it_value) ||
      !uvp__is_time(&setting->it_interval))
    return uvp__fail(EINVAL);

  if (old != NULL)
    uvp__read_timer(timer, old);

  uvp__disarm(timer);
  timer->overrun = 0;
  if (uvp__nsec(&setting->it_value) == 0)
    return 0;

  /* The host's time begins later, so that it never says too early that the timer
   * has expired.
   */
  after = uvp__first_after(timer, flags, &setting->it_value);
  timer->due = uvh_clock() + after;
  timer->interval = uvp__nsec(&setting->it_interval);
  if (timer->signum != 0)
    uvh_timer(uvp__number_of(timer),
              timer->signum <= UVP__LAST_STANDARD ? timer->signum : 32,
              after,
              timer->interval);

  return 0;
}


int timer_getoverrun(timer_t id) {
  struct uvp__timer* timer;

  timer = uvp__find_timer(id);
  return timer == NULL ? uvp__fail(EINVAL) : timer->overrun;
}

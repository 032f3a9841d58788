/* SPDX-License-Identifier: MIT */

/* The timer that sends SIGALRM. The host runs it, so that it also ends a
 * program that does not call anything.
 */

#include "uv_host.h"
#include "../libc.h"

#include <errno.h>
#include <math.h>
#include <stddef.h>
#include <sys/time.h>
#include <unistd.h>

#define UVP__USEC_PER_SEC 1000000
#define UVP__NSEC_PER_USEC 1000

/* When SIGALRM comes, by the host's clock, or 0 if never; and then how often.
 */
static double uvp__alarm_at;
static double uvp__alarm_interval;


static int uvp__is_timeval(const struct timeval* time) {
  return time->tv_sec >= 0 && time->tv_usec >= 0 &&
         time->tv_usec < UVP__USEC_PER_SEC;
}


static double uvp__timeval_nsec(const struct timeval* time) {
  return time->tv_sec * 1e9 + (double) time->tv_usec * UVP__NSEC_PER_USEC;
}


static struct timeval uvp__nsec_timeval(double nsec) {
  struct timeval time;

  time.tv_sec = nsec / 1e9;
  time.tv_usec = (nsec - time.tv_sec * 1e9) / UVP__NSEC_PER_USEC;
  return time;
}


static double uvp__alarm_left(void) {
  double left;

  if (uvp__alarm_at == 0)
    return 0;

  left = uvp__alarm_at - uvh_clock();
  if (left > 0)
    return left;

  if (uvp__alarm_interval == 0)
    return 0;

  return uvp__alarm_interval - fmod(-left, uvp__alarm_interval);
}


int getitimer(int which, struct itimerval* value) {
  if (which < ITIMER_REAL || which > ITIMER_PROF)
    return uvp__fail(EINVAL);

  value->it_value = uvp__nsec_timeval(0);
  value->it_interval = value->it_value;
  if (which != ITIMER_REAL)
    return 0;

  value->it_value = uvp__nsec_timeval(uvp__alarm_left());
  if (uvp__alarm_at != 0)
    value->it_interval = uvp__nsec_timeval(uvp__alarm_interval);

  return 0;
}


/* The processor time of a program is not known, so no timer can count it. */
int setitimer(int which,
              const struct itimerval* restrict value,
              struct itimerval* restrict old) {
  struct itimerval previous;
  double after;
  double interval;

  if (getitimer(which, &previous))
    return -1;

  if (!uvp__is_timeval(&value->it_value) ||
      !uvp__is_timeval(&value->it_interval))
    return uvp__fail(EINVAL);

  if (which != ITIMER_REAL)
    return uvp__fail(ENOSYS);

  after = uvp__timeval_nsec(&value->it_value);
  interval = after == 0 ? 0 : uvp__timeval_nsec(&value->it_interval);

  uvp__alarm_at = after == 0 ? 0 : uvh_clock() + after;
  uvp__alarm_interval = interval;
  uvh_alarm(after, interval);

  if (old != NULL)
    *old = previous;

  return 0;
}


/* Rounds as Linux does: to the nearest second, but never to 0. */
unsigned int alarm(unsigned int seconds) {
  struct itimerval value = { { 0, 0 }, { 0, 0 } };
  struct itimerval old;

  value.it_value.tv_sec = seconds;
  if (setitimer(ITIMER_REAL, &value, &old))
    return 0;

  if (old.it_value.tv_usec >= UVP__USEC_PER_SEC / 2 ||
      (old.it_value.tv_sec == 0 && old.it_value.tv_usec > 0))
    old.it_value.tv_sec++;

  return old.it_value.tv_sec;
}


useconds_t ualarm(useconds_t after, useconds_t interval) {
  struct itimerval value;
  struct itimerval old;

  value.it_value = uvp__nsec_timeval((double) after * UVP__NSEC_PER_USEC);
  value.it_interval = uvp__nsec_timeval((double) interval * UVP__NSEC_PER_USEC);
  if (setitimer(ITIMER_REAL, &value, &old))
    return -1;

  return old.it_value.tv_sec * UVP__USEC_PER_SEC + old.it_value.tv_usec;
}

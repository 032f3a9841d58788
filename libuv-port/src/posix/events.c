/* SPDX-License-Identifier: MIT */

/* epoll, eventfd and timerfd: descriptors that report events, for programs that
 * were written for Linux. libuv does not need them.
 */

#include "waits.h"
#include "uv_host.h"
#include "../libc.h"

#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#define UVP__NSEC_PER_SEC 1000000000LL

/* src/abi/events.ts has the same numbers. */
_Static_assert(EPOLL_CTL_ADD == 1, "abi");
_Static_assert(EPOLL_CTL_DEL == 2, "abi");
_Static_assert(EPOLL_CTL_MOD == 3, "abi");
_Static_assert(EPOLLEXCLUSIVE == 1U << 28, "abi");
_Static_assert(EPOLLONESHOT == 1U << 30, "abi");
_Static_assert(EPOLLET == 1U << 31, "abi");
_Static_assert(EPOLLIN == POLLIN && EPOLLOUT == POLLOUT, "abi");
_Static_assert(sizeof(struct epoll_event) == 16, "abi");
_Static_assert(offsetof(struct epoll_event, data) == 8, "abi");
_Static_assert(EFD_SEMAPHORE == 1, "abi");
_Static_assert(TFD_TIMER_ABSTIME == 1, "abi");


int epoll_create1(int flags) {
  return uvp__result(uvh_epoll_create(flags));
}


int epoll_create(int size) {
  if (size <= 0)
    return uvp__fail(EINVAL);

  return epoll_create1(0);
}


int epoll_ctl(int epoll, int command, int fd, struct epoll_event* event) {
  return uvp__result(uvh_epoll_ctl(epoll, command, fd, event));
}


int epoll_pwait(int epoll,
                struct epoll_event* events,
                int max,
                int timeout,
                const sigset_t* mask) {
  struct timespec time;
  struct pollfd p;
  int r;

  r = uvh_epoll_wait(epoll, events, max);
  if (r != 0)
    return uvp__result(r);

  p.fd = epoll;
  p.events = POLLIN;
  time.tv_sec = timeout / 1000;
  time.tv_nsec = timeout % 1000 * 1000000L;
  r = uvp__poll_for(&p, 1, timeout < 0 ? NULL : &time, mask);
  if (r <= 0)
    return r;

  return uvp__result(uvh_epoll_wait(epoll, events, max));
}


int epoll_wait(int epoll, struct epoll_event* events, int max, int timeout) {
  return epoll_pwait(epoll, events, max, timeout, NULL);
}


int eventfd(unsigned int value, int flags) {
  return uvp__result(uvh_eventfd(value, flags));
}


int eventfd_read(int fd, eventfd_t* value) {
  return read(fd, value, sizeof(*value)) == sizeof(*value) ? 0 : -1;
}


int eventfd_write(int fd, eventfd_t value) {
  return write(fd, &value, sizeof(value)) == sizeof(value) ? 0 : -1;
}


int timerfd_create(int clock, int flags) {
  switch (clock) {
    case CLOCK_REALTIME:
    case CLOCK_REALTIME_ALARM:
      return uvp__result(uvh_timerfd_create(1, flags));

    case CLOCK_MONOTONIC:
    case CLOCK_BOOTTIME:
    case CLOCK_BOOTTIME_ALARM:
      return uvp__result(uvh_timerfd_create(0, flags));

    default:
      return uvp__fail(EINVAL);
  }
}


/* Negative, which the host refuses, if it is no valid time. */
static double uvp__double_of(const struct timespec* time) {
  if (time->tv_sec < 0 || time->tv_nsec < 0 ||
      time->tv_nsec >= UVP__NSEC_PER_SEC)
    return -1;

  return (double) time->tv_sec * UVP__NSEC_PER_SEC + time->tv_nsec;
}


static struct timespec uvp__timespec_of(double nsec) {
  struct timespec time;

  time.tv_sec = (time_t) (nsec / UVP__NSEC_PER_SEC);
  time.tv_nsec = (long) (nsec - (double) time.tv_sec * UVP__NSEC_PER_SEC);

  return time;
}


static struct itimerspec uvp__itimerspec_of(const struct uvh_timer* timer) {
  return (struct itimerspec){
    .it_interval = uvp__timespec_of(timer->interval),
    .it_value = uvp__timespec_of(timer->value),
  };
}


int timerfd_settime(int fd,
                    int flags,
                    const struct itimerspec* setting,
                    struct itimerspec* old) {
  struct uvh_timer previous;
  struct uvh_timer timer;
  int r;

  if (setting == NULL)
    return uvp__fail(EFAULT);

  timer.value = uvp__double_of(&setting->it_value);
  timer.interval = uvp__double_of(&setting->it_interval);
  r = uvh_timerfd_settime(fd, flags, &timer, &previous);
  if (r == 0 && old != NULL)
    *old = uvp__itimerspec_of(&previous);

  return uvp__result(r);
}


int timerfd_gettime(int fd, struct itimerspec* setting) {
  struct uvh_timer timer;
  int r;

  if (setting == NULL)
    return uvp__fail(EFAULT);

  r = uvh_timerfd_gettime(fd, &timer);
  if (r == 0)
    *setting = uvp__itimerspec_of(&timer);

  return uvp__result(r);
}

/* SPDX-License-Identifier: MIT */

/* The clocks of Linux, over those of WASI. The C library knows no others than
 * WASI's four.
 */

#include "../libc.h"

#include <errno.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/timeb.h>
#include <sys/times.h>
#include <time.h>
#include <unistd.h>
#include <wasi/api.h>

#define UVP__NSEC_PER_SEC 1000000000
#define UVP__PAGE_KIB 64

/* The C library's clock() and time() call this name. */
int __clock_gettime(clockid_t clock, struct timespec* time);
int __wrap_clock_getres(clockid_t clock, struct timespec* resolution);


/* Finds WASI's clock. Those of Linux that differ only in what they cost, or in
 * what happens while a machine sleeps, are the same here.
 */
static int uvp__find_clock(clockid_t clock, __wasi_clockid_t* found) {
  switch (clock) {
    case CLOCK_REALTIME:
    case CLOCK_REALTIME_COARSE:
    case CLOCK_TAI:
      *found = __WASI_CLOCKID_REALTIME;
      return 0;

    case CLOCK_MONOTONIC:
    case CLOCK_MONOTONIC_COARSE:
    case CLOCK_MONOTONIC_RAW:
    case CLOCK_BOOTTIME:
      *found = __WASI_CLOCKID_MONOTONIC;
      return 0;

    case CLOCK_PROCESS_CPUTIME_ID:
    case CLOCK_THREAD_CPUTIME_ID:
      *found = __WASI_CLOCKID_PROCESS_CPUTIME_ID;
      return 0;
  }

  return EINVAL;
}


static int uvp__read_clock(clockid_t clock, __wasi_timestamp_t* time) {
  __wasi_clockid_t found;
  int err;

  err = uvp__find_clock(clock, &found);
  return err ? err : __wasi_clock_time_get(found, 1, time);
}


int __clock_gettime(clockid_t clock, struct timespec* time) {
  __wasi_timestamp_t t;
  int err;

  err = uvp__read_clock(clock, &t);
  if (err)
    return uvp__fail(err);

  time->tv_sec = t / UVP__NSEC_PER_SEC;
  time->tv_nsec = t % UVP__NSEC_PER_SEC;
  return 0;
}


int clock_gettime(clockid_t clock, struct timespec* time) {
  return __clock_gettime(clock, time);
}


/* Replaces clock_getres() in modules that are linked with --wrap=clock_getres:
 * the C library's own is in an object that every program contains.
 */
int __wrap_clock_getres(clockid_t clock, struct timespec* resolution) {
  __wasi_clockid_t found;
  __wasi_timestamp_t t;
  int err;

  err = uvp__find_clock(clock, &found);
  if (err == 0)
    err = __wasi_clock_res_get(found, &t);

  if (err)
    return uvp__fail(err);

  if (resolution != NULL) {
    resolution->tv_sec = t / UVP__NSEC_PER_SEC;
    resolution->tv_nsec = t % UVP__NSEC_PER_SEC;
  }

  return 0;
}


/* The C library's leaves the zone as it was; that of Linux is 0. */
int gettimeofday(struct timeval* restrict time, void* restrict zone) {
  struct timespec now;

  if (zone != NULL)
    *(struct timezone*) zone = (struct timezone){ 0 };

  if (clock_gettime(CLOCK_REALTIME, &now))
    return -1;

  time->tv_sec = now.tv_sec;
  time->tv_usec = now.tv_nsec / 1000;
  return 0;
}


/* The clocks are the host's. */
int clock_settime(clockid_t clock, const struct timespec* time) {
  __wasi_clockid_t found;

  return uvp__fail(uvp__find_clock(clock, &found) ? EINVAL : EPERM);
}


int settimeofday(const struct timeval* time, const struct timezone* zone) {
  return uvp__fail(EPERM);
}


int adjtime(const struct timeval* by, struct timeval* left) {
  return uvp__fail(EPERM);
}


int clock_getcpuclockid(pid_t pid, clockid_t* clock) {
  if (pid != 0 && pid != getpid())
    return ESRCH;

  *clock = CLOCK_PROCESS_CPUTIME_ID;
  return 0;
}


int timespec_get(struct timespec* time, int base) {
  if (base != TIME_UTC || clock_gettime(CLOCK_REALTIME, time))
    return 0;

  return base;
}


int ftime(struct timeb* now) {
  struct timespec time;

  if (clock_gettime(CLOCK_REALTIME, &time))
    return -1;

  *now = (struct timeb){ 0 };
  now->time = time.tv_sec;
  now->millitm = time.tv_nsec / 1000000;
  return 0;
}


/* All of a program's processor time is its own: the host has no figure for the
 * time that system calls take.
 */
clock_t times(struct tms* used) {
  __wasi_timestamp_t now;
  __wasi_timestamp_t busy;
  long tick;
  int err;

  tick = UVP__NSEC_PER_SEC / sysconf(_SC_CLK_TCK);
  err = uvp__read_clock(CLOCK_MONOTONIC, &now);
  if (err == 0)
    err = uvp__read_clock(CLOCK_PROCESS_CPUTIME_ID, &busy);

  if (err)
    return uvp__fail(err);

  if (used != NULL) {
    *used = (struct tms){ 0 };
    used->tms_utime = busy / tick;
  }

  return now / tick;
}


/* What the host does not count is 0, as on Linux. The memory of a program never
 * shrinks, so its size is the maximum.
 */
int getrusage(int which, struct rusage* usage) {
  __wasi_timestamp_t busy;
  int err;

  if (which != RUSAGE_SELF && which != RUSAGE_CHILDREN &&
      which != RUSAGE_THREAD)
    return uvp__fail(EINVAL);

  *usage = (struct rusage){ 0 };
  if (which == RUSAGE_CHILDREN)
    return 0;

  err = uvp__read_clock(CLOCK_PROCESS_CPUTIME_ID, &busy);
  if (err)
    return uvp__fail(err);

  busy /= 1000;
  usage->ru_utime.tv_sec = busy / 1000000;
  usage->ru_utime.tv_usec = busy % 1000000;
  usage->ru_maxrss = __builtin_wasm_memory_size(0) * UVP__PAGE_KIB;
  return 0;
}


int stime(const time_t* time) {
  return uvp__fail(EPERM);
}

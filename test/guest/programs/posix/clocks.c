/* SPDX-License-Identifier: MIT */

/* Clocks: which there are, and what they count. */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/times.h>
#include <time.h>
#include <unistd.h>

static long long of(clockid_t clock) {
  struct timespec t;

  clock_gettime(clock, &t);
  return t.tv_sec * 1000000000LL + t.tv_nsec;
}


static void all(void) {
  static const clockid_t clocks[] = {
    CLOCK_REALTIME,
    CLOCK_MONOTONIC,
    CLOCK_PROCESS_CPUTIME_ID,
    CLOCK_THREAD_CPUTIME_ID,
    CLOCK_MONOTONIC_RAW,
    CLOCK_REALTIME_COARSE,
    CLOCK_MONOTONIC_COARSE,
    CLOCK_BOOTTIME,
    CLOCK_TAI,
    99,
    1 << 30,
  };
  struct timespec a;
  struct timespec b;
  unsigned int i;
  int r;

  for (i = 0; i < sizeof(clocks) / sizeof(clocks[0]); i++) {
    errno = 0;
    r = clock_gettime(clocks[i], &a);
    printf("clock %d: %s", clocks[i], r ? strerror(errno) : "ok");
    r = clock_getres(clocks[i], &b);
    printf(", %s", r ? strerror(errno) : "ok");
    printf(", %s", clock_getres(clocks[i], NULL) ? strerror(errno) : "ok");
    printf("%s\n", r || (b.tv_sec == 0 && b.tv_nsec > 0) ? "" : ", not fine");
  }
}


static void monotonic(void) {
  long long last;
  long long now;
  int fine;
  int i;

  printf("monotonic: more than 10 s: %d\n",
         of(CLOCK_MONOTONIC) > 10000000000LL);
  last = of(CLOCK_MONOTONIC);
  for (i = 0; i < 100000; i++) {
    now = of(CLOCK_MONOTONIC);
    if (now < last)
      printf("back\n");
    last = now;
  }

  fine = 0;
  for (i = 0; i < 1000; i++)
    fine += of(CLOCK_REALTIME) % 1000 != 0;

  printf("nanoseconds: %d\n", fine > 500);
}


static int near(long long a, long long b) {
  return a - b < 50000000 && b - a < 50000000;
}


/* The functions for the wall clock agree. */
static void wall(void) {
  struct timespec t;
  struct timeval tv;
  long long now;

  now = of(CLOCK_REALTIME);
  gettimeofday(&tv, NULL);
  printf("gettimeofday: %d\n",
         near(tv.tv_sec * 1000000000LL + tv.tv_usec * 1000LL, now));
  printf("coarse: %d\n", near(of(CLOCK_REALTIME_COARSE), now));
  printf("time: %d\n", time(NULL) - now / 1000000000 < 2);
  printf("timespec_get: %d", timespec_get(&t, TIME_UTC) == TIME_UTC);
  printf(" %d\n", near(t.tv_sec * 1000000000LL + t.tv_nsec, now));
  printf("timespec_get: %d\n", timespec_get(&t, 99));
  printf("coarse: %d, raw: %d\n",
         near(of(CLOCK_MONOTONIC), of(CLOCK_MONOTONIC_COARSE)),
         of(CLOCK_MONOTONIC_RAW) > 10000000000LL);
}


static long used(void) {
  struct rusage usage;

  getrusage(RUSAGE_SELF, &usage);
  return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000 +
         (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1000;
}


/* Sleeping takes no processor time, and computing does. */
static void processor(void) {
  struct timespec nap = { 0, 300000000 };
  struct rusage usage;
  struct tms tms;
  long long cpu;
  long before;
  clock_t ticks;
  clock_t real;
  clock_t c;
  int r;

  real = times(&tms);
  ticks = tms.tms_utime + tms.tms_stime;
  cpu = of(CLOCK_PROCESS_CPUTIME_ID);
  before = used();
  c = clock();
  nanosleep(&nap, NULL);
  printf("asleep: clock %d, ", (clock() - c) / (CLOCKS_PER_SEC / 1000) < 150);
  printf("process %d, ", of(CLOCK_PROCESS_CPUTIME_ID) - cpu < 150000000);
  printf("rusage %d, ", used() - before < 150);
  real = times(&tms) - real;
  printf("times %d %d\n",
         tms.tms_utime + tms.tms_stime - ticks < 15,
         real >= 29);

  c = clock();
  cpu = of(CLOCK_THREAD_CPUTIME_ID);
  while (clock() - c < CLOCKS_PER_SEC / 10)
    ;
  printf("busy: thread %d\n", of(CLOCK_THREAD_CPUTIME_ID) - cpu > 50000000);

  r = getrusage(RUSAGE_SELF, &usage);
  printf("rusage: %d, memory %d\n", r, usage.ru_maxrss > 100);
  printf("children: %d, %d\n",
         getrusage(RUSAGE_CHILDREN, &usage),
         (int) usage.ru_utime.tv_sec);
  errno = 0;
  r = getrusage(99, &usage);
  printf("99: %d %s\n", r, strerror(errno));
}


static void others(void) {
  struct timespec nap = { 0, 1000 };
  clockid_t clock;

  printf("getcpuclockid: %d %d\n",
         clock_getcpuclockid(0, &clock),
         clock_getcpuclockid(getpid(), &clock));
  printf("nanosleep: %d %d %d %d\n",
         clock_nanosleep(CLOCK_REALTIME, 0, &nap, NULL),
         clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &nap, NULL),
         clock_nanosleep(99, 0, &nap, NULL) == EINVAL,
         clock_nanosleep(CLOCK_THREAD_CPUTIME_ID, 0, &nap, NULL) == EINVAL);
}


static void zone(void) {
  struct timezone zone;
  struct timeval time;

  memset(&zone, 1, sizeof(zone));
  time.tv_sec = 0;
  printf("zone: %d", gettimeofday(&time, &zone));
  printf(" %d %d", zone.tz_minuteswest, zone.tz_dsttime);
  printf(", this century: %d\n", time.tv_sec > 946684800);
}


int main(void) {
  zone();
  all();
  monotonic();
  wall();
  processor();
  others();
  return 0;
}

/* SPDX-License-Identifier: MIT */

#include "probe.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>


static void clock_of(const char* what, clockid_t clock) {
  struct timespec first;
  struct timespec last;
  int err;

  err = clock_gettime(clock, &first);
  if (err != 0) {
    say(what, err);
    return;
  }
  usleep(20000);
  clock_gettime(clock, &last);
  yes(what,
      (last.tv_sec - first.tv_sec) * 1e9 + last.tv_nsec - first.tv_nsec > 5e6);
}


PROBE(clock_gettime) {
  struct timespec time;

  clock_of("CLOCK_REALTIME goes on", CLOCK_REALTIME);
  clock_of("CLOCK_MONOTONIC goes on", CLOCK_MONOTONIC);
  clock_of("CLOCK_REALTIME_COARSE goes on", CLOCK_REALTIME_COARSE);
  clock_of("CLOCK_MONOTONIC_COARSE goes on", CLOCK_MONOTONIC_COARSE);
  clock_of("CLOCK_MONOTONIC_RAW goes on", CLOCK_MONOTONIC_RAW);
  clock_of("CLOCK_BOOTTIME goes on", CLOCK_BOOTTIME);
  clock_gettime(CLOCK_MONOTONIC, &time);
  yes("CLOCK_MONOTONIC is not 0", time.tv_sec > 0);
  say("CLOCK_PROCESS_CPUTIME_ID",
      clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time));
  say("CLOCK_THREAD_CPUTIME_ID", clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time));
  say("an unknown clock", clock_gettime(99, &time));
}


PROBE(gettimeofday) {
  struct timespec spec;
  struct timeval time;

  say("time", gettimeofday(&time, NULL));
  clock_gettime(CLOCK_REALTIME, &spec);
  yes("as the clock", spec.tv_sec - time.tv_sec <= 2);
  yes("microseconds", time.tv_usec >= 0 && time.tv_usec < 1000000);
}


PROBE(time) {
  struct timespec spec;
  time_t seconds;

  yes("the same twice", time(&seconds) == seconds);
  clock_gettime(CLOCK_REALTIME, &spec);
  yes("as the clock", spec.tv_sec - seconds <= 2);
}


PROBE(nanosleep) {
  struct timespec time = { 0, 20000000 };
  double start;

  start = now();
  say("20 ms", nanosleep(&time, NULL));
  yes("no sooner", now() - start >= 20);
  time.tv_nsec = 0;
  say("nothing", nanosleep(&time, NULL));
  time.tv_nsec = 1000000000;
  say("too many nanoseconds", nanosleep(&time, NULL));
  time.tv_nsec = 0;
  time.tv_sec = -1;
  say("negative", nanosleep(&time, NULL));
}


PROBE(usleep) {
  double start;

  start = now();
  say("20 ms", usleep(20000));
  yes("no sooner", now() - start >= 20);
}


static void nothing(int signum) {
}


PROBE(sleep) {
  struct itimerval timer = { { 0, 0 }, { 0, 20000 } };

  signal(SIGALRM, nothing);
  say("a timer", setitimer(ITIMER_REAL, &timer, NULL));
  say("the rest, rounded", sleep(3) >= 2);
  say("nothing", sleep(0));
}


PROBE(clock) {
  volatile unsigned int sum;
  clock_t start;
  clock_t end;

  start = clock();
  usleep(100000);
  end = clock();
  yes("sleep costs less than half of its time",
      end - start < CLOCKS_PER_SEC / 20);
  for (sum = 0; sum < 100000000; sum++)
    ;
  yes("work costs some", clock() > end);
}


static void local(const char* zone, time_t seconds) {
  struct tm parts;
  char line[64];

  setenv("TZ", zone, 1);
  tzset();
  localtime_r(&seconds, &parts);
  strftime(line, sizeof(line), "%Y-%m-%d %H:%M:%S %Z", &parts);
  text(zone, line);
  yes("mktime() goes back", mktime(&parts) == seconds);
}


PROBE(localtime_r) {
  local("UTC0", 1700000000);
  local("CET-1CEST,M3.5.0,M10.5.0/3", 1700000000);
  local("CET-1CEST,M3.5.0,M10.5.0/3", 1690000000);
  local("EST5EDT,M3.2.0,M11.1.0", 1690000000);
}


PROBE(getrusage) {
  struct rusage usage;

  memset(&usage, 0xff, sizeof(usage));
  say("itself", getrusage(RUSAGE_SELF, &usage));
  yes("a time", usage.ru_utime.tv_sec >= 0 && usage.ru_utime.tv_usec < 1000000);
  say("its children", getrusage(RUSAGE_CHILDREN, &usage));
  say("an unknown one", getrusage(99, &usage));
}


/* What strptime() makes of a text, and what it leaves. */
static void parse(const char* what, const char* input, const char* format) {
  struct tm tm;
  const char* rest;
  char buffer[80];

  memset(&tm, 0, sizeof(tm));
  rest = strptime(input, format, &tm);
  if (rest == NULL) {
    text(what, "no match");
    return;
  }

  snprintf(buffer,
           sizeof(buffer),
           "%d-%d-%d %d:%d:%d day %d of %d, %ld, \"%s\"",
           tm.tm_year,
           tm.tm_mon,
           tm.tm_mday,
           tm.tm_hour,
           tm.tm_min,
           tm.tm_sec,
           tm.tm_yday,
           tm.tm_wday,
           tm.tm_gmtoff,
           rest);
  text(what, buffer);
}


PROBE(strptime) {
  setenv("TZ", "UTC0", 1);
  parse("a date", "2024-02-29 12:34:56 rest", "%Y-%m-%d %H:%M:%S");
  parse("short forms", "2024-03-02 01:02", "%F %R");
  parse("of the locale", "Sat Mar  2 01:02:03 2024", "%c");
  parse("American", "12/25/99 11:05:06 PM", "%D %r");
  parse("of a mail", "Thu, 01 Jan 1970 00:00:00 GMT", "%a, %d %b %Y %T %Z");
  parse("a long name", "december 3", "%B %e");
  parse("midnight", "12 AM", "%I %p");
  parse("noon", "12 PM", "%I %p");
  parse("seconds", "1700000000", "%s");
  parse("an offset", "-08:30", "%z");
  parse("a short offset", "+02", "%z");
  parse("Z", "Z", "%z");
  parse("half an offset", "+0", "%z");
  parse("a day of the year", "2024 060", "%Y %j");
  parse("a week", "2024 10 3", "%Y %U %w");
  parse("a week from Monday", "2024 10 3", "%Y %W %w");
  parse("a century", "20 24", "%C %y");
  parse("of the last century", "69", "%y");
  parse("of this century", "68", "%y");
  parse("together", "20240302", "%Y%m%d");
  parse("a leap second", "23:59:60", "%T");
  parse("a percentage", "50%", "%M%%");
  parse("spaces", "a  5", "a%n%d");
  parse("flags", "05", "%-d");
  parse("an alternative", "2024", "%EY");
  parse("too much", "2024-13-01", "%F");
  parse("another text", "a5", "b%d");
  parse("no number", "x", "%d");
  parse("an unknown conversion", "x", "%q");
}

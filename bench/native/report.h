/* How a program that measures itself tells it, as programs/report.ts does. */

#ifndef REPORT_H_
#define REPORT_H_

#include <stdio.h>
#include <time.h>

static double seconds_of_now(void) {
  struct timespec t;

  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec / 1e9;
}


static double report_ready(void) {
  printf("ready\n");
  fflush(stdout);
  return seconds_of_now();
}


static void report(double operations, double began) {
  printf("{\"operations\":%.0f,\"seconds\":%.6f}\n",
         operations,
         seconds_of_now() - began);
  fflush(stdout);
}

#endif  /* REPORT_H_ */

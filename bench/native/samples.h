/* How long operations took, and what that says. */
#ifndef BENCH_SAMPLES_H
#define BENCH_SAMPLES_H

#include <stdint.h>
#include <stdlib.h>

#define SAMPLES_MAX (4 * 1024 * 1024)

static uint32_t samples[SAMPLES_MAX];
static size_t nsamples;


static void sample(uint64_t nanoseconds) {
  /* Past the room, every later one takes the place of an earlier one. */
  samples[nsamples++ % SAMPLES_MAX] =
      nanoseconds > UINT32_MAX ? UINT32_MAX : (uint32_t) nanoseconds;
}


static size_t count_samples(void) {
  return nsamples < SAMPLES_MAX ? nsamples : SAMPLES_MAX;
}


static int by_value(const void* a, const void* b) {
  uint32_t x = *(const uint32_t*) a;
  uint32_t y = *(const uint32_t*) b;

  return (x > y) - (x < y);
}


static void sort_samples(void) {
  qsort(samples, count_samples(), sizeof(*samples), by_value);
}


/* In microseconds, once they are sorted. */
static double percentile(double p) {
  size_t n;

  n = count_samples();
  return n == 0 ? 0 : samples[(size_t) (p * (n - 1))] / 1000.0;
}

#endif

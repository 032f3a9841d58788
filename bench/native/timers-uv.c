/* SPDX-License-Identifier: MIT */

/* COUNT timers are started, every other one is stopped, the rest run out. */

#include <stdlib.h>

#include "report.h"
#include "uv/pump.h"

static double began;
static int count;
static int left;
static uv_timer_t stay;


static void nothing(uv_timer_t* timer) {
}


static void ring(uv_timer_t* timer) {
  if (--left > 0)
    return;

  report(count, began);
  uv_timer_start(&stay, nothing, 1000000, 0);
}


int main(int argc, char** argv) {
  uv_timer_t* timers;
  uv_loop_t* loop;
  int i;

  loop = uv_default_loop();
  count = atoi(argv[1]);
  left = count - count / 2;
  uv_timer_init(loop, &stay);
  began = report_ready();
  timers = malloc(count * sizeof(*timers));

  for (i = 0; i < count; i++) {
    uv_timer_init(loop, &timers[i]);
    uv_timer_start(&timers[i], ring, 1 + (uint64_t) i * 7919 % 100, 0);
  }

  for (i = 1; i < count; i += 2)
    uv_timer_stop(&timers[i]);

  uvp_run_and_exit(loop, NULL);
}

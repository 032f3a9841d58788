/* SPDX-License-Identifier: MIT */

/* Starts and stops timers at random, from outside and from their callbacks, and
 * prints the order of the callbacks. The time is set by the program, so that
 * every run prints the same.
 */

#include <uv.h>

#include <stdio.h>

#define COUNT 1000
#define ROUNDS 20

/* Calls the timers that are due. uv_run() would read the clock. */
void uv__run_timers(uv_loop_t* loop);

static uv_loop_t loop;
static uv_timer_t timers[COUNT];
/* All times are below this. */
static unsigned int range;
static unsigned int seed = 1;
static unsigned int called;
static unsigned int order;


static unsigned int any(unsigned int limit) {
  seed ^= seed << 13;
  seed ^= seed >> 17;
  seed ^= seed << 5;
  return seed % limit;
}


static void act(void);


static void ring(uv_timer_t* timer) {
  called++;
  order = (order ^ (unsigned int) (timer - timers)) * 16777619;
  order = (order ^ (unsigned int) loop.time) * 16777619;
  if (any(4) == 0)
    act();
}


static void act(void) {
  uv_timer_t* timer;
  unsigned int timeout;
  unsigned int repeat;

  timer = &timers[any(COUNT)];
  timeout = any(range);
  repeat = any(8) == 0 ? 1 + any(range) : 0;
  switch (any(4)) {
    case 0:
      uv_timer_stop(timer);
      break;
    case 1:
      uv_timer_again(timer);
      break;
    default:
      uv_timer_start(timer, ring, timeout, repeat);
  }
}


static void pass(uint64_t ms) {
  loop.time += ms;
  uv__run_timers(&loop);
}


/* Runs the remaining timers, without repeats. */
static void drain(void) {
  int i;

  while (uv_loop_alive(&loop)) {
    for (i = 0; i < COUNT; i++)
      uv_timer_set_repeat(&timers[i], 0);

    pass(range);
  }
}


static void play(unsigned int limit) {
  int round;
  int i;

  range = limit;
  for (i = 0; i < COUNT; i++)
    uv_timer_start(&timers[i], ring, any(range), 0);

  for (i = 1; i < COUNT; i += 2)
    uv_timer_stop(&timers[i]);

  for (round = 0; round < ROUNDS; round++) {
    for (i = 0; i < COUNT; i++)
      act();

    pass(any(1 + range / 4));
    printf("times below %u: %u calls, %08x\n", range, called, order);
  }

  drain();
  printf("times below %u: %u calls, %08x, none left\n", range, called, order);
}


int main(void) {
  int i;

  uv_loop_init(&loop);
  loop.time = 0;
  for (i = 0; i < COUNT; i++)
    uv_timer_init(&loop, &timers[i]);

  play(1);
  play(10);
  play(200);
  play(5000);
  play(1000000000);

  for (i = 0; i < COUNT; i++)
    uv_close((uv_handle_t*) &timers[i], NULL);

  uv_run(&loop, UV_RUN_DEFAULT);
  return uv_loop_close(&loop);
}

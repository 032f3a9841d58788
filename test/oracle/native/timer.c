/* SPDX-License-Identifier: MIT */

/* Timers. */

#include "oracle.h"
#include "watchers.h"

static uv_timer_t timer;
static uv_timer_t timers[4];
static uv_check_t check;


static void on_numbered(uv_timer_t* handle) {
  say("timer %d", (int) (handle - timers));
}


static void init_timers(uv_loop_t* loop) {
  size_t i;

  for (i = 0; i < ARRAY_SIZE(timers); i++)
    uv_timer_init(loop, &timers[i]);
}


static void timers_in_order(uv_loop_t* loop) {
  init_timers(loop);
  uv_timer_start(&timers[0], on_numbered, 30, 0);
  uv_timer_start(&timers[1], on_numbered, 1, 0);
  uv_timer_start(&timers[2], on_numbered, 15, 0);
  uv_timer_start(&timers[3], on_numbered, 1, 0);
  run(loop, UV_RUN_DEFAULT);
}


static void start_others(uv_timer_t* handle) {
  say("first");
  uv_timer_start(&timers[2], on_numbered, 0, 0);
  uv_timer_start(&timers[1], on_numbered, 0, 0);
}


static void timers_in_timer(uv_loop_t* loop) {
  init_timers(loop);
  uv_check_init(loop, &check);
  uv_check_start(&check, on_check);
  uv_timer_start(&timers[0], start_others, 0, 0);
  uv_timer_start(&timers[3], on_numbered, 0, 0);
  run(loop, UV_RUN_NOWAIT);
  run(loop, UV_RUN_NOWAIT);
  run(loop, UV_RUN_NOWAIT);
  end_now(loop);
}


static void stop_others(uv_timer_t* handle) {
  say("first");
  uv_timer_stop(&timers[1]);
  uv_close((uv_handle_t*) &timers[2], on_gone);
  uv_close((uv_handle_t*) handle, on_gone);
}


static void timers_stopped_by_timer(uv_loop_t* loop) {
  init_timers(loop);
  uv_timer_start(&timers[0], stop_others, 0, 0);
  uv_timer_start(&timers[1], on_numbered, 0, 0);
  uv_timer_start(&timers[2], on_numbered, 0, 0);
  uv_timer_start(&timers[3], on_numbered, 0, 0);
  run(loop, UV_RUN_DEFAULT);
}


static void three_times(uv_timer_t* handle) {
  static int count;

  say("tick");

  if (++count == 3)
    uv_timer_stop(handle);
}


static void say_again(uv_timer_t* handle) {
  say("again = %s", status_name(uv_timer_again(handle)));
  say("repeat %s, due %s, %s",
      uv_timer_get_repeat(handle) > 0 ? "some" : "0",
      uv_timer_get_due_in(handle) > 0 ? "some" : "0",
      uv_is_active((uv_handle_t*) handle) ? "active" : "not-active");
}


static void repeating(uv_loop_t* loop) {
  uv_timer_init(loop, &timer);
  say_again(&timer);
  uv_timer_start(&timer, on_timer, 1000, 0);
  say_again(&timer);
  uv_timer_set_repeat(&timer, 1000);
  say_again(&timer);
  uv_timer_stop(&timer);
  say_again(&timer);
  uv_timer_start(&timer, three_times, 0, 1);
  run(loop, UV_RUN_DEFAULT);
  say_again(&timer);
  end_now(loop);
}


const struct scenario scenarios_timer[] = {
  { "timers in order", timers_in_order },
  { "timers started by a timer", timers_in_timer },
  { "timers stopped by a timer", timers_stopped_by_timer },
  { "a repeating timer", repeating },
  { NULL, NULL }
};

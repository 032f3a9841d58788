/* SPDX-License-Identifier: MIT */

/* The loop's iterations: their phases, how they are stopped, and asyncs. */

#include "oracle.h"
#include "watchers.h"

static uv_timer_t timer;
static uv_timer_t gone;
static uv_idle_t idle;
static uv_prepare_t prepare;
static uv_check_t check;
static uv_async_t async;
static uv_async_t other_async;


/* --- Phases -----------------------------------------------------------------
 */

/* Starts a handle for every phase. */
static void prepare_phases(uv_loop_t* loop) {
  uv_check_init(loop, &check);
  uv_check_start(&check, on_check);
  uv_prepare_init(loop, &prepare);
  uv_prepare_start(&prepare, on_prepare);
  uv_idle_init(loop, &idle);
  uv_idle_start(&idle, on_idle);
  uv_timer_init(loop, &timer);
  uv_timer_start(&timer, on_timer, 0, 0);
  uv_async_init(loop, &async, on_async);
  uv_async_send(&async);
  uv_timer_init(loop, &gone);
  uv_close((uv_handle_t*) &gone, on_gone);
}


static void phases(uv_loop_t* loop) {
  prepare_phases(loop);
  run(loop, UV_RUN_NOWAIT);
  run(loop, UV_RUN_NOWAIT);
  run(loop, UV_RUN_ONCE);
  end_now(loop);
}


/* A loop that is stopped in one phase finishes the iteration. */
static void stopped_by(uv_loop_t* loop, const char* name) {
  stopper = name;
  prepare_phases(loop);
  run(loop, UV_RUN_DEFAULT);
  stopper = "";
  run(loop, UV_RUN_NOWAIT);
  end_now(loop);
}


static void stopped_by_timer(uv_loop_t* loop) {
  stopped_by(loop, "timer");
}


static void stopped_by_idle(uv_loop_t* loop) {
  stopped_by(loop, "idle");
}


static void stopped_by_prepare(uv_loop_t* loop) {
  stopped_by(loop, "prepare");
}


static void stopped_by_async(uv_loop_t* loop) {
  stopped_by(loop, "async");
}


static void stopped_by_check(uv_loop_t* loop) {
  stopped_by(loop, "check");
}


static void stopped_by_close(uv_loop_t* loop) {
  stopped_by(loop, "closed");
}


static void stopped_before(uv_loop_t* loop) {
  prepare_phases(loop);
  uv_stop(loop);
  run(loop, UV_RUN_DEFAULT);
  uv_stop(loop);
  run(loop, UV_RUN_ONCE);
  uv_stop(loop);
  run(loop, UV_RUN_NOWAIT);
  run(loop, UV_RUN_NOWAIT);
  end_now(loop);
}


static void stop_it(actor_t* actor, int status) {
  uv_stop(actor->loop);
}


static void stopped_by_socket(uv_loop_t* loop) {
  meet(loop, stop_it);
  run(loop, UV_RUN_DEFAULT);
  actor_read(&peer, 10, stop_it);
  actor_write(&client, 10, NULL);
  run(loop, UV_RUN_DEFAULT);
  actor_write(&client, 20, stop_it);
  actor_shutdown(&client, NULL);
  run(loop, UV_RUN_DEFAULT);
  end_now(loop);
}


static void nothing_to_do(uv_loop_t* loop) {
  run(loop, UV_RUN_DEFAULT);
  run(loop, UV_RUN_ONCE);
  run(loop, UV_RUN_NOWAIT);
}


static void modes(uv_loop_t* loop) {
  uv_timer_init(loop, &timer);
  uv_timer_start(&timer, on_timer, 50, 0);
  run(loop, UV_RUN_NOWAIT);
  run(loop, UV_RUN_ONCE);
  run(loop, UV_RUN_ONCE);
}


static void around_a_wait(uv_loop_t* loop) {
  uv_timer_init(loop, &timer);
  uv_timer_start(&timer, on_timer, 50, 0);
  uv_prepare_init(loop, &prepare);
  uv_prepare_start(&prepare, on_prepare);
  uv_check_init(loop, &check);
  uv_check_start(&check, on_check);
  uv_unref((uv_handle_t*) &prepare);
  uv_unref((uv_handle_t*) &check);
  run(loop, UV_RUN_DEFAULT);
}


static void once_around_a_wait(uv_loop_t* loop) {
  uv_timer_init(loop, &timer);
  uv_timer_start(&timer, on_timer, 50, 0);
  uv_prepare_init(loop, &prepare);
  uv_prepare_start(&prepare, on_prepare);
  uv_check_init(loop, &check);
  uv_check_start(&check, on_check);
  run(loop, UV_RUN_ONCE);
  run(loop, UV_RUN_NOWAIT);
  end_now(loop);
}


static void stopped_after_a_wait(uv_loop_t* loop) {
  stopper = "timer";
  uv_timer_init(loop, &timer);
  uv_timer_start(&timer, on_timer, 5, 5);
  uv_timer_init(loop, &gone);
  uv_timer_start(&gone, on_timer, 10000, 0);
  run(loop, UV_RUN_DEFAULT);
  uv_timer_set_repeat(&timer, 0);
  run(loop, UV_RUN_DEFAULT);
  say("%s", uv_is_active((uv_handle_t*) &timer) ? "active" : "not-active");
  end_now(loop);
}


static void start_all(uv_idle_t* handle) {
  say("first idle");
  uv_idle_stop(handle);
  uv_idle_start(&idle, on_idle);
  uv_prepare_start(&prepare, on_prepare);
  uv_check_start(&check, on_check);
}


static void stop_all(uv_check_t* handle) {
  say("last check");
  uv_idle_stop(&idle);
  uv_prepare_stop(&prepare);
  uv_check_stop(&check);
  uv_check_stop(handle);
}


static void started_in_phase(uv_loop_t* loop) {
  static uv_idle_t first;
  static uv_check_t last;

  uv_idle_init(loop, &first);
  uv_check_init(loop, &last);
  uv_idle_init(loop, &idle);
  uv_prepare_init(loop, &prepare);
  uv_check_init(loop, &check);
  uv_idle_start(&first, start_all);
  uv_check_start(&last, stop_all);
  run(loop, UV_RUN_DEFAULT);
}


/* --- Asyncs -----------------------------------------------------------------
 */

static void on_other_async(uv_async_t* handle) {
  say("other async");
}


static void coalesced(uv_loop_t* loop) {
  uv_async_init(loop, &async, on_async);
  uv_async_init(loop, &other_async, on_other_async);
  uv_async_send(&other_async);
  uv_async_send(&async);
  uv_async_send(&other_async);
  uv_async_send(&async);
  run(loop, UV_RUN_NOWAIT);
  run(loop, UV_RUN_NOWAIT);
  uv_async_send(&other_async);
  run(loop, UV_RUN_ONCE);
  end_now(loop);
}


static void send_again(uv_async_t* handle) {
  static int count;

  say("again");

  if (++count < 3)
    uv_async_send(handle);
  else
    uv_close((uv_handle_t*) handle, on_gone);
}


static void sent_in_callback(uv_loop_t* loop) {
  uv_async_init(loop, &async, send_again);
  uv_async_send(&async);
  run(loop, UV_RUN_DEFAULT);
}


static void sent_and_closed(uv_loop_t* loop) {
  uv_async_init(loop, &async, on_async);
  uv_async_send(&async);
  uv_close((uv_handle_t*) &async, on_gone);
  run(loop, UV_RUN_DEFAULT);
}


const struct scenario scenarios_loop[] = {
  { "phases", phases },
  { "stopped by a timer", stopped_by_timer },
  { "stopped by idle", stopped_by_idle },
  { "stopped by prepare", stopped_by_prepare },
  { "stopped by an async", stopped_by_async },
  { "stopped by check", stopped_by_check },
  { "stopped by a close callback", stopped_by_close },
  { "stopped before it runs", stopped_before },
  { "stopped by sockets", stopped_by_socket },
  { "nothing to do", nothing_to_do },
  { "modes", modes },
  { "prepare and check around a wait", around_a_wait },
  { "prepare and check around one wait", once_around_a_wait },
  { "stopped after a wait", stopped_after_a_wait },
  { "started and stopped in a phase", started_in_phase },
  { "asyncs coalesce", coalesced },
  { "an async sent in its callback", sent_in_callback },
  { "an async sent and closed", sent_and_closed },
  { NULL, NULL }
};

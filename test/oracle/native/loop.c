/* The loop itself: its phases, its timers, when it ends. */

#include <string.h>

#include "oracle.h"

/* Handles of every kind that has no socket. */
static uv_timer_t timer;
static uv_timer_t gone;
static uv_idle_t idle;
static uv_prepare_t prepare;
static uv_check_t check;
static uv_async_t async;
static uv_async_t other_async;

/* Who stops the loop, by the name it prints; "" for nobody. */
static const char* stopper = "";


static void tell(uv_handle_t* handle, const char* name) {
  say("%s", name);

  if (strcmp(name, stopper) == 0)
    uv_stop(handle->loop);
}


static void on_timer(uv_timer_t* handle) {
  tell((uv_handle_t*) handle, "timer");
}


static void on_idle(uv_idle_t* handle) {
  tell((uv_handle_t*) handle, "idle");
}


static void on_prepare(uv_prepare_t* handle) {
  tell((uv_handle_t*) handle, "prepare");
}


static void on_check(uv_check_t* handle) {
  tell((uv_handle_t*) handle, "check");
}


static void on_async(uv_async_t* handle) {
  tell((uv_handle_t*) handle, "async");
}


static void on_gone(uv_handle_t* handle) {
  tell(handle, "closed");
}


static void run(uv_loop_t* loop, uv_run_mode mode) {
  static const char* names[] = { "default", "once", "nowait" };
  int alive;

  alive = uv_run(loop, mode);
  say("run %s = %d", names[mode], alive);
}


/* --- Phases -----------------------------------------------------------------
 */

/* Something to do in every phase. */
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


/* Stopped in one phase, the round goes on to its end. */
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
  uv_timer_start(&timer, on_timer, 5, 0);
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


/* --- Who keeps a loop alive -------------------------------------------------
 */

static void look(uv_handle_t* handle, const char* when) {
  say("%s: %s %s %s",
      when,
      uv_is_active(handle) ? "active" : "not-active",
      uv_has_ref(handle) ? "ref" : "no-ref",
      uv_loop_alive(handle->loop) ? "alive" : "not-alive");
}


static void say_timeout(uv_loop_t* loop, const char* when) {
  int timeout;

  timeout = uv_backend_timeout(loop);

  if (timeout > 0)
    say("%s: timeout some", when);
  else
    say("%s: timeout %d", when, timeout);
}


static void lives_with_timer(uv_loop_t* loop) {
  uv_handle_t* handle;

  handle = (uv_handle_t*) &timer;
  uv_timer_init(loop, &timer);
  look(handle, "new");
  uv_timer_start(&timer, on_timer, 1000, 0);
  look(handle, "started");
  uv_unref(handle);
  look(handle, "unreferenced");
  uv_unref(handle);
  uv_ref(handle);
  look(handle, "referenced");
  uv_timer_stop(&timer);
  look(handle, "stopped");
  uv_timer_start(&timer, on_timer, 1000, 0);
  uv_close(handle, on_gone);
  look(handle, "closing");
  run(loop, UV_RUN_DEFAULT);
}


static void lives_with_phases(uv_loop_t* loop) {
  uv_idle_init(loop, &idle);
  uv_prepare_init(loop, &prepare);
  uv_check_init(loop, &check);
  look((uv_handle_t*) &idle, "new idle");
  uv_idle_start(&idle, on_idle);
  uv_idle_start(&idle, on_idle);
  look((uv_handle_t*) &idle, "started idle");
  uv_idle_stop(&idle);
  uv_idle_stop(&idle);
  look((uv_handle_t*) &idle, "stopped idle");
  uv_prepare_start(&prepare, on_prepare);
  look((uv_handle_t*) &prepare, "started prepare");
  uv_unref((uv_handle_t*) &prepare);
  look((uv_handle_t*) &prepare, "unreferenced prepare");
  uv_prepare_stop(&prepare);
  uv_check_start(&check, on_check);
  look((uv_handle_t*) &check, "started check");
  uv_check_stop(&check);
  look((uv_handle_t*) &check, "stopped check");
}


static void lives_with_async(uv_loop_t* loop) {
  uv_handle_t* handle;

  handle = (uv_handle_t*) &async;
  uv_async_init(loop, &async, on_async);
  look(handle, "new");
  uv_unref(handle);
  look(handle, "unreferenced");
  run(loop, UV_RUN_DEFAULT);
  uv_async_send(&async);
  run(loop, UV_RUN_DEFAULT);
  run(loop, UV_RUN_NOWAIT);
  uv_ref(handle);
  look(handle, "referenced");
  uv_close(handle, on_gone);
  look(handle, "closing");
  run(loop, UV_RUN_DEFAULT);
}


static void on_connect(actor_t* actor, int status) {
  look((uv_handle_t*) &client.tcp, "connected client");
  actor_read(&client, 0, NULL);
  look((uv_handle_t*) &client.tcp, "reading client");
  actor_read_stop(&client);
  look((uv_handle_t*) &client.tcp, "stopped client");
}


static void lives_with_sockets(uv_loop_t* loop) {
  uv_handle_t* handle;

  handle = (uv_handle_t*) &client.tcp;
  actor_init(&client, loop, "client");
  look(handle, "new");
  actor_bind(&client, "127.0.0.1", 0, 0);
  look(handle, "bound");
  actor_serve(&server, loop, NULL);
  look((uv_handle_t*) &server.tcp, "listening");
  uv_unref((uv_handle_t*) &server.tcp);
  look((uv_handle_t*) &server.tcp, "unreferenced");
  actor_call(&client, &server, on_connect);
  look(handle, "connecting");
  uv_unref(handle);
  look(handle, "connecting, unreferenced");
  run(loop, UV_RUN_DEFAULT);
  actor_write(&client, FLOOD, NULL);
  look(handle, "writing");
  actor_close(&client, NULL);
  look(handle, "closing");
  run(loop, UV_RUN_DEFAULT);
}


static void timeouts(uv_loop_t* loop) {
  say_timeout(loop, "fresh");
  uv_timer_init(loop, &timer);
  uv_timer_start(&timer, on_timer, 10000, 0);
  say_timeout(loop, "timer");
  run(loop, UV_RUN_NOWAIT);
  say_timeout(loop, "timer after a round");
  uv_unref((uv_handle_t*) &timer);
  say_timeout(loop, "unreferenced timer");
  uv_ref((uv_handle_t*) &timer);
  uv_idle_init(loop, &idle);
  uv_idle_start(&idle, on_idle);
  say_timeout(loop, "idle");
  uv_idle_stop(&idle);
  say_timeout(loop, "no idle");
  uv_stop(loop);
  say_timeout(loop, "stopped");
  run(loop, UV_RUN_DEFAULT);
  say_timeout(loop, "after the stop");
  uv_timer_init(loop, &gone);
  uv_close((uv_handle_t*) &gone, on_gone);
  say_timeout(loop, "closing");
  run(loop, UV_RUN_NOWAIT);
  uv_timer_stop(&timer);
  say_timeout(loop, "stopped timer");
  uv_async_init(loop, &async, on_async);
  say_timeout(loop, "async");
  actor_serve(&server, loop, NULL);
  say_timeout(loop, "listening");
  run(loop, UV_RUN_NOWAIT);
  say_timeout(loop, "listening after a round");
  uv_timer_start(&timer, on_timer, 0, 0);
  say_timeout(loop, "timer of 0");
  end_now(loop);
}


/* --- Timers -----------------------------------------------------------------
 */

static uv_timer_t timers[4];


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
  { "alive with a timer", lives_with_timer },
  { "alive with phases", lives_with_phases },
  { "alive with an async", lives_with_async },
  { "alive with sockets", lives_with_sockets },
  { "timeouts", timeouts },
  { "timers in order", timers_in_order },
  { "timers started by a timer", timers_in_timer },
  { "timers stopped by a timer", timers_stopped_by_timer },
  { "a repeating timer", repeating },
  { NULL, NULL }
};

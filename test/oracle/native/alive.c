/* SPDX-License-Identifier: MIT */

/* Which handles keep a loop alive, and how long it would wait. */

#include "oracle.h"
#include "watchers.h"

static uv_timer_t timer;
static uv_timer_t gone;
static uv_idle_t idle;
static uv_prepare_t prepare;
static uv_check_t check;
static uv_async_t async;


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


const struct scenario scenarios_alive[] = {
  { "alive with a timer", lives_with_timer },
  { "alive with phases", lives_with_phases },
  { "alive with an async", lives_with_async },
  { "alive with sockets", lives_with_sockets },
  { "timeouts", timeouts },
  { NULL, NULL }
};

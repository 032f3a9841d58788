/* SPDX-License-Identifier: MIT */

/* See watchers.h. */

#include "watchers.h"

#include <string.h>

#include "oracle.h"

const char* stopper = "";


static void tell(uv_handle_t* handle, const char* name) {
  say("%s", name);

  if (strcmp(name, stopper) == 0)
    uv_stop(handle->loop);
}


void on_timer(uv_timer_t* handle) {
  tell((uv_handle_t*) handle, "timer");
}


void on_idle(uv_idle_t* handle) {
  tell((uv_handle_t*) handle, "idle");
}


void on_prepare(uv_prepare_t* handle) {
  tell((uv_handle_t*) handle, "prepare");
}


void on_check(uv_check_t* handle) {
  tell((uv_handle_t*) handle, "check");
}


void on_async(uv_async_t* handle) {
  tell((uv_handle_t*) handle, "async");
}


void on_gone(uv_handle_t* handle) {
  tell(handle, "closed");
}


void run(uv_loop_t* loop, uv_run_mode mode) {
  static const char* names[] = { "default", "once", "nowait" };
  int alive;

  alive = uv_run(loop, mode);
  say("run %s = %d", names[mode], alive);
}

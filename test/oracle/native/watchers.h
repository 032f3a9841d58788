/* SPDX-License-Identifier: MIT */

/* Callbacks for handles without a socket: each prints the kind of the handle. */

#ifndef WATCHERS_H_
#define WATCHERS_H_

#include "uv.h"

/* The handle that stops the loop, by the name it prints; "" for none. */
extern const char* stopper;

void on_timer(uv_timer_t* handle);
void on_idle(uv_idle_t* handle);
void on_prepare(uv_prepare_t* handle);
void on_check(uv_check_t* handle);
void on_async(uv_async_t* handle);

/* The close callback. */
void on_gone(uv_handle_t* handle);

/* Runs the loop and prints what uv_run() returned. */
void run(uv_loop_t* loop, uv_run_mode mode);

#endif  /* WATCHERS_H_ */

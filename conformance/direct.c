/* SPDX-License-Identifier: MIT */

/* What libuv's tests call instead of uv_run(): uv_run() itself. See pump.c. */

#include "uv.h"

int tests_run(uv_loop_t* loop, uv_run_mode mode);


int tests_run(uv_loop_t* loop, uv_run_mode mode) {
  return uv_run(loop, mode);
}

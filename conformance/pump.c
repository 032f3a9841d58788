/* SPDX-License-Identifier: MIT */

/* Takes the place of uv_run() in libuv's tests, so that the default mode goes
 * through the pump of TypeScript's loops. The tests are compiled with the name
 * of this instead of libuv's.
 */

#include "uv_pump.h"

#undef uv_run

int uv_run(uv_loop_t* loop, uv_run_mode mode);


int pumped_run(uv_loop_t* loop, uv_run_mode mode) {
  return mode == UV_RUN_DEFAULT ? uvh_pump_run(loop) : uv_run(loop, mode);
}

/* SPDX-License-Identifier: MIT */

/* What libuv's tests call instead of uv_run(), so that the default mode goes
 * through the pump of TypeScript's loops. The tests are compiled with the name
 * of this, and linked with this or with direct.c.
 */

#include "uv_pump.h"

int tests_run(uv_loop_t* loop, uv_run_mode mode);


int tests_run(uv_loop_t* loop, uv_run_mode mode) {
  return mode == UV_RUN_DEFAULT ? uvh_pump_run(loop) : uv_run(loop, mode);
}

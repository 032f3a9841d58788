/* SPDX-License-Identifier: MIT */

/* Programs that let the host run their loop. The linker includes this file, and
 * exports its functions, only if a program uses it.
 */

#include "uv/pump.h"
#include "uv_pump.h"
#include "uvp.h"

static int (*uvp__end)(uv_loop_t* loop);


void uvp_run_and_exit(uv_loop_t* loop, int (*end)(uv_loop_t* loop)) {
  uvp__end = end;
  uvh_pump_leave(loop);
  uv_run(loop, UV_RUN_DEFAULT);
  uvp_end(loop);
}


void uvp_end(uv_loop_t* loop) {
  exit(uvp__end == NULL ? 0 : uvp__end(loop));
}


int uvp_turn(uv_loop_t* loop) {
  return uvp_run(loop, UV_RUN_DEFAULT);
}


int uvp_turn_timeout(uv_loop_t* loop) {
  return uv_backend_timeout(loop);
}


int uvp_turn_alive(uv_loop_t* loop) {
  return uv_loop_alive(loop);
}

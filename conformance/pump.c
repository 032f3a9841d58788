/* Takes the place of uv_run() and uv_stop() in libuv's tests, so that the
 * default mode goes through the pump of TypeScript's loops. The tests are
 * compiled with the names of these instead of libuv's.
 */

#include "uv_pump.h"
#include "uvp.h"

#undef uv_run
#undef uv_stop

int uv_run(uv_loop_t* loop, uv_run_mode mode);
void uv_stop(uv_loop_t* loop);

/* Whether the loop in the pump was stopped by the test, which the loop itself
 * forgets before anybody can ask.
 */
static int stopped;


int pumped_run(uv_loop_t* loop, uv_run_mode mode) {
  int alive;

  if (mode != UV_RUN_DEFAULT)
    return uv_run(loop, mode);

  alive = uvh_pump_run(loop);
  stopped = 0;
  return alive;
}


void pumped_stop(uv_loop_t* loop) {
  uv_stop(loop);
  stopped = 1;
}


int uvp_turn(uv_loop_t* loop) {
  int parked;
  int alive;

  alive = uvp_run(loop, UV_RUN_DEFAULT, &parked);
  return (alive ? UVP_TURN_ALIVE : 0) |
         (parked & UVP_PARKED && !stopped ? UVP_TURN_PARKED : 0) |
         (parked & UVP_PHASES ? UVP_TURN_PHASES : 0);
}


int uvp_turn_timeout(uv_loop_t* loop) {
  return uv_backend_timeout(loop);
}


int uvp_turn_alive(uv_loop_t* loop) {
  return uv_loop_alive(loop);
}

/* SPDX-License-Identifier: MIT */

/* Leaves a loop where it would wait, and enters it again. */

#include "uv.h"
#include "internal.h"
#include "park.h"
#include "uvp.h"

#include <assert.h>

/* The values of loop->pumped while uvp_run() is on the stack. */
#define UVP__PUMPED 1
#define UVP__LEAVABLE 2

/* The loop that uvp_run() runs. */
static const uv_loop_t* uvp__running;

/* Whether that loop has not updated its time yet, and its poll will do so
 * before any callback runs.
 */
static int uvp__polls_first;


int uvp__skip_time(void) {
  int polls_first;

  if (uvp__running == NULL)
    return 0;

  polls_first = uvp__polls_first;
  uvp__polls_first = 0;
  return (polls_first || uvp__running->parked_at != 0) &&
         uv__next_timeout(uvp__running) == -1;
}


/* Replaces libuv's own: uv_run() clears the flag before it can be checked
 * whether the loop was stopped or only left, and a loop that was stopped must
 * not be entered again.
 */
void uv_stop(uv_loop_t* loop) {
  loop->stop_flag = 1;
  if (loop->pumped)
    loop->parked_at = 0;
}


void uvp__park(uv_loop_t* loop) {
  /* If a callback of another loop runs this one, nothing would enter it again.
   */
  assert(loop->pumped);

  /* The loop ends anyway. */
  if (loop->stop_flag != 0)
    return;

  loop->parked_at = 1;
  if (uv__get_internal_fields(loop)->flags & UV_METRICS_IDLE_TIME)
    loop->parked_at = uv__hrtime(UV_CLOCK_PRECISE);

  loop->stop_flag = 1;
}


/* Whether there are handles that run in every pass. */
static int uvp__has_phases(const uv_loop_t* loop) {
  return !uv__queue_empty(&loop->idle_handles) ||
         !uv__queue_empty(&loop->prepare_handles) ||
         !uv__queue_empty(&loop->check_handles);
}


int uvp__may_leave(const uv_loop_t* loop) {
  return loop->pumped == UVP__LEAVABLE && !uvp__has_phases(loop);
}


/* Whether uv_run() in its default mode reaches uv__io_poll() before any
 * callback runs, except those of timers.
 */
static int uvp__polls_at_once(const uv_loop_t* loop) {
  return loop->nfds != 0 && uv__queue_empty(&loop->pending_queue) &&
         !uvp__has_phases(loop);
}


int uvp_run(uv_loop_t* loop, uv_run_mode mode) {
  uv__loop_internal_fields_t* lfields;
  int alive;

  /* The loop has waited, although not inside of uv__io_poll(). */
  lfields = uv__get_internal_fields(loop);
  if (loop->parked_at != 0 && lfields->flags & UV_METRICS_IDLE_TIME)
    lfields->loop_metrics.provider_idle_time +=
        uv__hrtime(UV_CLOCK_PRECISE) - loop->parked_at;

  loop->parked_at = 0;
  loop->pumped = mode == UV_RUN_DEFAULT ? UVP__LEAVABLE : UVP__PUMPED;
  uvp__running = loop;
  uvp__polls_first = mode == UV_RUN_DEFAULT && uvp__polls_at_once(loop);
  alive = uv_run(loop, mode) ? UVP_ALIVE : 0;
  uvp__running = NULL;
  loop->pumped = 0;
  if (loop->parked_at == 0)
    return alive;

  uvp__register_parked(loop);
  return alive | UVP_PARKED | (uvp__has_phases(loop) ? UVP_PHASES : 0) |
         (uv_backend_timeout(loop) == -1 ? UVP_UNTIMED : 0);
}

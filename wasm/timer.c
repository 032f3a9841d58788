/* SPDX-License-Identifier: MIT */

/* Timer handles. */

#include "uvw-internal.h"


uv_timer_t* uvw_timer_init(int id) {
  uv_timer_t* timer;

  timer = uvw__handle_alloc(sizeof(*timer), id);
  if (timer == NULL)
    return uvw__handle_result(NULL, UV_ENOMEM);

  return uvw__handle_result(timer, uv_timer_init(&uvw__loop, timer));
}


static void uvw__on_timer(uv_timer_t* timer) {
  uvh_on_timer(uvw__handle_id((uv_handle_t*) timer));
}


int uvw_timer_start(uv_timer_t* timer, double timeout, double repeat) {
  return uv_timer_start(timer,
                        uvw__on_timer,
                        (uint64_t) timeout,
                        (uint64_t) repeat);
}


int uvw_timer_stop(uv_timer_t* timer) {
  return uv_timer_stop(timer);
}


int uvw_timer_again(uv_timer_t* timer) {
  return uv_timer_again(timer);
}


void uvw_timer_set_repeat(uv_timer_t* timer, double repeat) {
  uv_timer_set_repeat(timer, (uint64_t) repeat);
}


double uvw_timer_get_repeat(const uv_timer_t* timer) {
  return (double) uv_timer_get_repeat(timer);
}


double uvw_timer_due_in(const uv_timer_t* timer) {
  return (double) uv_timer_get_due_in(timer);
}

/* SPDX-License-Identifier: MIT */

/* The instance's loop. */

#include "uvw-internal.h"
#include "uvp.h"

uv_loop_t uvw__loop;

static int uvw__loop_open;


int uvw_loop_init(void) {
  int err;

  if (uvw__loop_open)
    return UV_EALREADY;

  uvw__heap_init();

  err = uv_loop_init(&uvw__loop);
  if (err)
    return err;

  uvw__loop_open = 1;
  return 0;
}


int uvw_loop_close(void) {
  int err;

  if (!uvw__loop_open)
    return UV_EINVAL;

  err = uv_loop_close(&uvw__loop);
  if (err)
    return err;

  uvw__write_reqs_free();
  uvw__loop_open = 0;
  return 0;
}


int uvw_loop_run(int mode) {
  return uvp_run(&uvw__loop, (uv_run_mode) mode);
}


void uvw_loop_stop(void) {
  uv_stop(&uvw__loop);
}


int uvw_loop_alive(void) {
  return uv_loop_alive(&uvw__loop);
}


double uvw_loop_now(void) {
  return (double) uv_now(&uvw__loop);
}


void uvw_loop_update_time(void) {
  uv_update_time(&uvw__loop);
}


int uvw_loop_timeout(void) {
  return uv_backend_timeout(&uvw__loop);
}


static void uvw__on_walk(uv_handle_t* handle, void* arg) {
  uvh_on_walk(uvw__handle_id(handle));
}


void uvw_loop_walk(void) {
  uv_walk(&uvw__loop, uvw__on_walk, NULL);
}


void uvw_loop_metrics(double out[2]) {
  uv_metrics_t metrics;

  uv_metrics_info(&uvw__loop, &metrics);
  out[0] = (double) metrics.loop_count;
  out[1] = (double) metrics.events;
}

/* SPDX-License-Identifier: MIT */

/* Async handles: wake up the loop. */

#include "uvw-internal.h"


static void uvw__on_async(uv_async_t* async) {
  uvh_on_async(uvw__handle_id((uv_handle_t*) async));
}


uv_async_t* uvw_async_init(int id) {
  uv_async_t* async;
  int err;

  async = uvw__handle_alloc(sizeof(*async), id);
  if (async == NULL)
    return uvw__handle_result(NULL, UV_ENOMEM);

  err = uv_async_init(&uvw__loop, async, uvw__on_async);
  return uvw__handle_result(async, err);
}


int uvw_async_send(uv_async_t* async) {
  return uv_async_send(async);
}

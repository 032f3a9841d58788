/* SPDX-License-Identifier: MIT */

/* Idle, prepare and check handles, which differ only in their names. */

#include "uvw-internal.h"

#define UVW_LOOP_WATCHER(name)                                                \
  uv_##name##_t* uvw_##name##_init(int id) {                                  \
    uv_##name##_t* handle;                                                    \
                                                                              \
    handle = uvw__handle_alloc(sizeof(*handle), id);                          \
    if (handle == NULL)                                                       \
      return uvw__handle_result(NULL, UV_ENOMEM);                             \
                                                                              \
    return uvw__handle_result(handle, uv_##name##_init(&uvw__loop, handle));  \
  }                                                                           \
                                                                              \
  static void uvw__on_##name(uv_##name##_t* handle) {                         \
    uvh_on_##name(uvw__handle_id((uv_handle_t*) handle));                     \
  }                                                                           \
                                                                              \
  int uvw_##name##_start(uv_##name##_t* handle) {                             \
    return uv_##name##_start(handle, uvw__on_##name);                         \
  }                                                                           \
                                                                              \
  int uvw_##name##_stop(uv_##name##_t* handle) {                              \
    return uv_##name##_stop(handle);                                          \
  }

UVW_LOOP_WATCHER(idle)
UVW_LOOP_WATCHER(prepare)
UVW_LOOP_WATCHER(check)

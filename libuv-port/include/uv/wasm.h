/* SPDX-License-Identifier: MIT */

/* The platform's fields of the public structures, like include/uv/linux.h for
 * Linux. This port's uv.h includes it.
 */

#ifndef UV_WASM_H
#define UV_WASM_H

#include <pthread.h>

/* The C library's barriers do not block anything; libuv has its own. */
#undef PTHREAD_BARRIER_SERIAL_THREAD

/* batch: the events that uv__io_poll() is dispatching, NULL outside of that.
 * parked_at: when the host last parked the loop instead of waiting, as
 *   uv_hrtime() if idle time is measured, while the loop was not entered again
 *   since; otherwise 0.
 * pumped: how the loop is run, see uvp_run(): 0 for uv_run() itself, 1 if the
 *   caller comes back to a loop that has to wait, 2 also to one that need not.
 */
#define UV_PLATFORM_LOOP_FIELDS                                               \
  struct uvp__batch* batch;                                                   \
  uint64_t parked_at;                                                         \
  int pumped;

/* event_watcher: of the inotify instance that an active handle has.
 * stop: uv_fs_event_stop(), which is linked only if handles are started.
 * is_stopped: whether a callback has stopped the handle.
 */
#define UV_PLATFORM_FS_EVENT_FIELDS                                           \
  uv__io_t event_watcher;                                                     \
  int (*stop)(uv_fs_event_t*);                                                \
  int is_stopped;

/* The host's accept takes flags, which saves libuv two calls per connection. */
#define uv__accept4 accept4

#endif  /* UV_WASM_H */

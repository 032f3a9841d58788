/* What include/uv/linux.h is to Linux: the platform's share of the public
 * structures. Our uv.h includes it.
 */

#ifndef UV_WASM_H
#define UV_WASM_H

#include <pthread.h>

/* The C library's barriers let everybody through; libuv has its own. */
#undef PTHREAD_BARRIER_SERIAL_THREAD

/* batch: the events that uv__io_poll() is handing out, NULL outside of that.
 * parked_at: when the host last sent the loop away instead of waiting, as
 *   uv_hrtime() if idle time is measured, while the loop has not come back
 *   since; else 0.
 * leavable: whether who runs the loop comes back to it, see uvp_run().
 */
#define UV_PLATFORM_LOOP_FIELDS                                               \
  struct uvp__batch* batch;                                                   \
  uint64_t parked_at;                                                         \
  int leavable;

/* The host's accept takes flags: spare libuv two calls for each connection. */
#define uv__accept4 accept4

#endif  /* UV_WASM_H */

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
 * pumped: who runs the loop, see uvp_run(): 0 for uv_run() itself, 1 for who
 *   comes back to a loop that has to wait, 2 also to one that need not.
 */
#define UV_PLATFORM_LOOP_FIELDS                                               \
  struct uvp__batch* batch;                                                   \
  uint64_t parked_at;                                                         \
  int pumped;

/* The host's accept takes flags: spare libuv two calls for each connection. */
#define uv__accept4 accept4

#endif  /* UV_WASM_H */

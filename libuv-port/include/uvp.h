/* The port's own interface, for whoever embeds the loop. */

#ifndef UVP_H_
#define UVP_H_

#include "uv.h"

/* What uvp_run() tells, a mask. */
#define UVP_PARKED 1  /* It returned to let the host wait. */
#define UVP_PHASES 2  /* It has idle, prepare or check handles. */
#define UVP_UNTIMED 4  /* Only the host can wake it: there is no timer. */

/* Like uv_run(), and tells in *parked whether it returned because the host
 * could not wait: call again when the host has events, or when the time that
 * uv_backend_timeout() gives is over. Callbacks run before it returns.
 *
 * The loop is left in the middle of a pass, and the rest of that pass runs
 * before the wait instead of after it. Where handles are called in every pass,
 * call it once more before the wait, so that a whole pass has seen what the
 * rest of the last one did.
 */
int uvp_run(uv_loop_t* loop, uv_run_mode mode, int* parked);

/* Takes the descriptor out of a stream that has no request under way, and gives
 * it to the caller. The stream has none any more, and can only be closed. It may
 * be called from the stream's connect callback. UV_EBADF if it has none.
 */
int uvp_stream_detach(uv_stream_t* stream);

#endif  /* UVP_H_ */

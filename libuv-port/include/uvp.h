/* SPDX-License-Identifier: MIT */

/* The port's own interface, for code that embeds the loop. */

#ifndef UVP_H_
#define UVP_H_

#include "uv.h"

/* The results of uvp_run(), a mask; src/abi/uv-module.ts has the same. */
#define UVP_ALIVE 1  /* Active handles or requests are left. */
#define UVP_PARKED 2  /* It returned to let the host wait. */
#define UVP_PHASES 4  /* There are idle, prepare or check handles. */
#define UVP_UNTIMED 8  /* No timer is active: only the host can wake it. */

/* Like uv_run(), whose result is UVP_ALIVE, and reports whether it returned
 * because the host could not wait (UVP_PARKED): call it again when the host has
 * events, or when the time of uv_backend_timeout() has passed. Callbacks run
 * before it returns.
 *
 * The loop is left in the middle of a pass, and the rest of that pass runs
 * before the wait instead of after it. If there are handles that run in every
 * pass, call it once more before the wait, so that a complete pass has seen the
 * effects of the rest of the last one.
 */
int uvp_run(uv_loop_t* loop, uv_run_mode mode);

/* Removes the descriptor from a stream without pending requests, and passes it
 * to the caller. Afterwards the stream can only be closed. May be called from
 * the stream's connect callback. UV_EBADF if it has no descriptor.
 */
int uvp_stream_detach(uv_stream_t* stream);

#endif  /* UVP_H_ */

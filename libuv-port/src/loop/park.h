/* SPDX-License-Identifier: MIT */

/* How uv__io_poll() leaves a loop, and when the time is needed. */

#ifndef UVP_PARK_H_
#define UVP_PARK_H_

#include "uv.h"

/* The host does not wait. Ends this turn of uv_run(); the caller of uv_run()
 * calls it again when there is something to do.
 */
void uvp__park(uv_loop_t* loop);

/* Whether the loop may be left after it has dispatched events, and not only
 * where it would wait. This saves the pass that finds nothing. A program cannot
 * notice it, unless it has handles that run in every pass.
 */
int uvp__may_leave(const uv_loop_t* loop);

/* Updates the host's interest now, and not only when the loop is entered again:
 * a stream that has written something is in libuv's queue of changes, and
 * would cause a pass that only finds that nothing has changed. Descriptors that
 * the host cannot watch, and the standard streams, are left to the loop's next
 * poll.
 */
void uvp__register_parked(uv_loop_t* loop);

/* Decides whether the loop does without the time now; the first update after
 * uvp_run() was called is decided once. A loop updates its time when it is
 * entered, after its poll, and when it is left. The first and the last update
 * are only for timers. Without timers they are not worth a call of the host's
 * clock.
 */
int uvp__skip_time(void);

#endif  /* UVP_PARK_H_ */

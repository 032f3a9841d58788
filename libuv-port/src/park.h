/* How uv__io_poll() leaves a loop, and who asks for the time meanwhile. */

#ifndef UVP_PARK_H_
#define UVP_PARK_H_

#include "uv.h"

/* The host does not wait. End this turn of uv_run(); who called it calls again
 * when there is something to do.
 */
void uvp__park(uv_loop_t* loop);

/* Whether the loop may be left where events have been handed out, and not only
 * where it would wait: nobody can tell, and it saves the pass that finds
 * nothing. Who has handles that are called in every pass can tell.
 */
int uvp__may_leave(const uv_loop_t* loop);

/* Tells the host now what it would be told when the loop comes back: whoever
 * wrote something is in libuv's queue of changes, and would have the loop come
 * back only to see that nothing has changed. What the host cannot watch, and the
 * standard streams, are left to the loop's next poll.
 */
void uvp__register_parked(uv_loop_t* loop);

/* A loop asks for the time as it is entered, behind its poll, and as it is left.
 * The first and the last are for its timers only. Where there are none, they are
 * not worth a look at the host's clock.
 */
int uvp__needs_no_time(void);

#endif  /* UVP_PARK_H_ */

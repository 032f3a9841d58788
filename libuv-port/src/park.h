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

/* A loop that is being left asks for the time once more, for its timers. Where
 * there are none, it is not worth a look at the host's clock: the loop asks
 * again as soon as it comes back.
 */
int uvp__needs_no_time(void);

#endif  /* UVP_PARK_H_ */

/* The port's own interface, for whoever embeds the loop. */

#ifndef UVP_H_
#define UVP_H_

#include "uv.h"

/* Like uv_run(), and tells in *parked whether it returned because the host
 * could not wait: call again when the host has events, or when the time that
 * uv_backend_timeout() gives is over. Callbacks run before it returns.
 */
int uvp_run(uv_loop_t* loop, uv_run_mode mode, int* parked);

#endif  /* UVP_H_ */

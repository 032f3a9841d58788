/* SPDX-License-Identifier: MIT */

/* For programs that let their host run the loop. They also run on a host that
 * cannot wait, such as a JavaScript engine without threads and suspendable
 * stacks, and run faster than programs that wait inside of uv_run().
 */

#ifndef UV_PUMP_H
#define UV_PUMP_H

#include <uv.h>
#include <stdlib.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Ends main() like this, and does not return:
 *
 *   uv_run(loop, UV_RUN_DEFAULT);
 *   exit(end(loop));
 *
 * As with exit(), the stack of main() is kept, so handles may be stored there.
 * A host that pumps (Guest.start() with the driver `pump`, and `auto`) runs the
 * loop meanwhile; on any other host this function waits. `end` is called once
 * and may be NULL, for 0. The caller owns the loop.
 *
 * The program must not wait anywhere else. If the host pumps, it traps when it
 * runs another loop until that is empty, calls sleep(), polls with a timeout,
 * or uses a descriptor without O_NONBLOCK or standard input before data is
 * available.
 */
#ifdef __wasm__
void uvp_run_and_exit(uv_loop_t* loop, int (*end)(uv_loop_t* loop))
    __attribute__((noreturn));
#else
static void uvp_run_and_exit(uv_loop_t* loop, int (*end)(uv_loop_t* loop))
    __attribute__((noreturn, unused));

/* The same for other platforms, so that one source works on all of them. */
static void uvp_run_and_exit(uv_loop_t* loop, int (*end)(uv_loop_t* loop)) {
  uv_run(loop, UV_RUN_DEFAULT);
  exit(end == NULL ? 0 : end(loop));
}
#endif

#ifdef __cplusplus
}
#endif

#endif  /* UV_PUMP_H */

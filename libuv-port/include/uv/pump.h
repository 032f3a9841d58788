/* For programs that let their host run the loop. A host that cannot wait, as a
 * JavaScript engine without threads and suspended stacks, runs them all the
 * same, and faster than those that wait inside uv_run().
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
 * As with exit(), what lives on the stack of main() stays where it is, so
 * handles may. A host that pumps (Guest.start() with the driver `pump`, and
 * `auto`) runs the loop meanwhile; any other waits inside. `end` is called once
 * and may be NULL, for 0. The loop stays the caller's.
 *
 * Who calls this promises to wait nowhere else: another loop that is run until
 * it is empty, sleep(), poll() with a timeout, a descriptor without O_NONBLOCK
 * and standard input that has not come end the program in a trap where the host
 * pumps.
 */
#ifdef __wasm__
void uvp_run_and_exit(uv_loop_t* loop, int (*end)(uv_loop_t* loop))
    __attribute__((noreturn));
#else
static void uvp_run_and_exit(uv_loop_t* loop, int (*end)(uv_loop_t* loop))
    __attribute__((noreturn, unused));

/* The same for other machines, so that one source serves all. */
static void uvp_run_and_exit(uv_loop_t* loop, int (*end)(uv_loop_t* loop)) {
  uv_run(loop, UV_RUN_DEFAULT);
  exit(end == NULL ? 0 : end(loop));
}
#endif

#ifdef __cplusplus
}
#endif

#endif  /* UV_PUMP_H */

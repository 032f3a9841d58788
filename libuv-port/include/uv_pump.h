/* The import ABI of a program whose loop the host pumps, version 1.
 *
 * Such a program asks the host to run a loop instead of calling uv_run(); the
 * host comes back through uvp_turn() until the loop is done, as it does with
 * the loops of its TypeScript programs. What uv_host.h says of pointers and
 * results holds here too.
 */

#ifndef UV_PUMP_H_
#define UV_PUMP_H_

#include "uv.h"

#define UVP_IMPORT(name)                                                      \
  __attribute__((import_module("uv_pump_1"), import_name(#name)))

#define UVP_EXPORT(name) __attribute__((export_name(#name)))

/* What uvp_turn() returns, a mask; src/abi/uv-module.ts has the same. */
#define UVP_TURN_ALIVE 1  /* There are active handles or requests left. */
#define UVP_TURN_PARKED 2  /* It returned to let the host wait. */
#define UVP_TURN_PHASES 4  /* It has handles that are called in every pass. */
#define UVP_TURN_UNTIMED 8  /* uvp_turn_timeout() would say -1. */

/* Lets go of the whole stack: the host runs the loop, and calls uvp_end() when
 * nothing is left in it or it was stopped. Returns, and does nothing, where the
 * host does not pump. The loop stays the caller's.
 */
UVP_IMPORT(leave)
void uvh_pump_leave(uv_loop_t* loop);

/* Runs the loop until nothing is left or it was stopped, and returns what
 * uv_run() would. Waits, by the means of the driver; callbacks run before it
 * returns. The loop stays the caller's.
 */
UVP_IMPORT(run)
int uvh_pump_run(uv_loop_t* loop);

/* One turn of the loop. Callbacks run before it returns. */
UVP_EXPORT(uvp_turn)
int uvp_turn(uv_loop_t* loop);

/* uv_backend_timeout(). */
UVP_EXPORT(uvp_turn_timeout)
int uvp_turn_timeout(uv_loop_t* loop);

/* uv_loop_alive(). */
UVP_EXPORT(uvp_turn_alive)
int uvp_turn_alive(uv_loop_t* loop);

/* Ends the program whose stack uvh_pump_leave() let go of; does not return. */
UVP_EXPORT(uvp_end)
void uvp_end(uv_loop_t* loop) __attribute__((noreturn));

#endif  /* UV_PUMP_H_ */

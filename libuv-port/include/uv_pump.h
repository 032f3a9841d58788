/* SPDX-License-Identifier: MIT */

/* The import ABI of a program whose loop the host pumps, version 1.
 *
 * Such a program lets the host run a loop instead of calling uv_run(); the host
 * calls uvp_turn() until the loop is done, like for the loops of TypeScript
 * programs. The rules for pointers and results in uv_host.h apply here too.
 */

#ifndef UV_PUMP_H_
#define UV_PUMP_H_

#include "uv.h"

#define UVP_IMPORT(name)                                                      \
  __attribute__((import_module("uv_pump_1"), import_name(#name)))

#define UVP_EXPORT(name) __attribute__((export_name(#name)))

/* Unwinds the whole stack: the host runs the loop, and calls uvp_end() when the
 * loop is not alive or was stopped. Returns without effect if the host does not
 * pump. The caller owns the loop.
 */
UVP_IMPORT(leave)
void uvh_pump_leave(uv_loop_t* loop);

/* Runs the loop until it is not alive or was stopped, and returns what uv_run()
 * would. Waits by the means of the driver; callbacks run before it returns. The
 * caller owns the loop.
 */
UVP_IMPORT(run)
int uvh_pump_run(uv_loop_t* loop);

/* Runs one turn of the loop, and returns UVP_* of uvp.h. Callbacks run before it
 * returns.
 */
UVP_EXPORT(uvp_turn)
int uvp_turn(uv_loop_t* loop);

/* uv_backend_timeout(). */
UVP_EXPORT(uvp_turn_timeout)
int uvp_turn_timeout(uv_loop_t* loop);

/* uv_loop_alive(). */
UVP_EXPORT(uvp_turn_alive)
int uvp_turn_alive(uv_loop_t* loop);

/* Ends the program after uvh_pump_leave() has unwound its stack; does not
 * return.
 */
UVP_EXPORT(uvp_end)
void uvp_end(uv_loop_t* loop) __attribute__((noreturn));

#endif  /* UV_PUMP_H_ */

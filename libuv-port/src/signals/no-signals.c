/* SPDX-License-Identifier: MIT */

/* Signals, in a module without them: TypeScript has no handles for signals, and
 * upstream's signal.c would create pipes for each loop that are never used.
 */

#include "uv.h"
#include "internal.h"
#include "../libc.h"


int uvp__take_signals(void) {
  return UVP__NO_SIGNAL;
}


void uvp__broken_pipe(void) {
}


void uvp__before_abort(void) {
}


int uvp__uses_signals(void) {
  return 0;
}


void uv__signal_global_once_init(void) {
}


void uv__signal_cleanup(void) {
}


void uv__signal_loop_cleanup(uv_loop_t* loop) {
}


int uv__signal_loop_fork(uv_loop_t* loop) {
  return UV_ENOSYS;
}


int uv_signal_init(uv_loop_t* loop, uv_signal_t* handle) {
  return UV_ENOSYS;
}


int uv_signal_start(uv_signal_t* handle, uv_signal_cb cb, int signum) {
  return UV_ENOSYS;
}


int uv_signal_start_oneshot(uv_signal_t* handle, uv_signal_cb cb, int signum) {
  return UV_ENOSYS;
}


int uv_signal_stop(uv_signal_t* handle) {
  return 0;
}


void uv__signal_close(uv_signal_t* handle) {
  UNREACHABLE();
}


/* Newer versions of libuv list it in their table of watchers. There is no
 * watcher of this kind.
 */
void uv__signal_event(uv_loop_t* loop, uv__io_t* w, unsigned int events);

void uv__signal_event(uv_loop_t* loop, uv__io_t* w, unsigned int events) {
  UNREACHABLE();
}

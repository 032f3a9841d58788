/* SPDX-License-Identifier: MIT */

/* Where libuv's loop meets its signal.c, whose functions have other names when
 * it is compiled (build.mk). They are only linked with programs that have
 * handles for signals: others do without the two pipes that it creates, and
 * without all that sigaction() needs.
 */

#include "uv.h"
#include "internal.h"

#define UVP__MAYBE __attribute__((weak))

UVP__MAYBE void uvp__signal_global_once_init(void);
UVP__MAYBE void uvp__signal_cleanup(void);
UVP__MAYBE void uvp__signal_loop_cleanup(uv_loop_t* loop);
UVP__MAYBE int uvp__signal_loop_fork(uv_loop_t* loop);
UVP__MAYBE void uvp__signal_close(uv_signal_t* handle);


void uv__signal_global_once_init(void) {
  if (uvp__signal_global_once_init != NULL)
    uvp__signal_global_once_init();
}


void uv__signal_cleanup(void) {
  if (uvp__signal_cleanup != NULL)
    uvp__signal_cleanup();
}


void uv__signal_loop_cleanup(uv_loop_t* loop) {
  if (uvp__signal_loop_cleanup != NULL)
    uvp__signal_loop_cleanup(loop);
}


int uv__signal_loop_fork(uv_loop_t* loop) {
  return uvp__signal_loop_fork == NULL ? 0 : uvp__signal_loop_fork(loop);
}


void uv__signal_close(uv_signal_t* handle) {
  if (uvp__signal_close != NULL)
    uvp__signal_close(handle);
}


/* Newer versions of libuv list it in their table of watchers. */
UVP__MAYBE void uvp__signal_event(uv_loop_t* loop,
                                  uv__io_t* w,
                                  unsigned int events);
void uv__signal_event(uv_loop_t* loop, uv__io_t* w, unsigned int events);

void uv__signal_event(uv_loop_t* loop, uv__io_t* w, unsigned int events) {
  if (uvp__signal_event != NULL)
    uvp__signal_event(loop, w, events);
}

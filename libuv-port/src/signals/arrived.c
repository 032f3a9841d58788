/* SPDX-License-Identifier: MIT */

/* Where the C library's calls meet signals. A program that never asks what a
 * signal does is linked without the rest: the host and the default actions are
 * enough for it.
 */

#include "../libc.h"

#include <signal.h>
#include <stddef.h>
#include <unistd.h>

unsigned int uvp__arrived;

const struct uvp__signal_calls* uvp__signal_calls;


int uvp__take_signals(void) {
  return uvp__arrived == 0 ? UVP__NO_SIGNAL : uvp__signal_calls->deliver();
}


int uvp__uses_signals(void) {
  return uvp__signal_calls != NULL;
}


void uvp__broken_pipe(void) {
  if (uvp__signal_calls == NULL)
    _exit(128 + SIGPIPE);

  uvp__signal_calls->send(SIGPIPE);
}


void uvp__before_abort(void) {
  if (uvp__signal_calls != NULL)
    uvp__signal_calls->before_abort();
}

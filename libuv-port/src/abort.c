/* SPDX-License-Identifier: MIT */

/* Replaces abort() in modules that are linked with --wrap=abort: a trap shows
 * its location, and needs no help of the host.
 */

#include "libc.h"

void __wrap_abort(void);


void __wrap_abort(void) {
  uvp__before_abort();
  __builtin_trap();
}

/* SPDX-License-Identifier: MIT */

/* The library for TypeScript does not look up names through libuv: a loop asks
 * its host itself, which needs no memory of the module.
 */

#include "uv.h"
#include "resolver.h"


int uvp__look(struct uv__work* w, int fd) {
  return UV_ENOSYS;
}


int uvp__look_no_more(struct uv__work* w) {
  return 0;
}

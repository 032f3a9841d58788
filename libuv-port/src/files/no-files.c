/* SPDX-License-Identifier: MIT */

/* Modules without files. Their standard streams are WASI's. */

#include "uv_host.h"
#include "../libc.h"

#include <errno.h>


int uvp__is_wasi(int fd) {
  return fd >= 0 && fd < UVH_FD_FIRST;
}


int uvp__lock(int fd, int command, struct flock* lock) {
  return -EINVAL;
}

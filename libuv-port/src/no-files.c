/* SPDX-License-Identifier: MIT */

/* The calls for descriptors that are not the host's, in modules without files.
 */

#include "libc.h"
#include "musl-syscall.h"


int uvp__file_fcntl(int fd, int command, int argument) {
  return uvp__result(__syscall_fcntl64(fd, command, argument));
}

/* SPDX-License-Identifier: MIT */

/* Functions that the C library would import from its environment, so that the
 * module has no imports but those of uv_host.h, uvw.h and WASI.
 */

#include "libc.h"
#include "musl-syscall.h"

#include <errno.h>
#include <stddef.h>

int __cxa_atexit(void (*f)(void*), void* arg, void* handle);
void emscripten_notify_memory_growth(size_t index);


/* The host notices the new buffer when it accesses the memory. */
void emscripten_notify_memory_growth(size_t index) {
}


/* A path that is not a socket's name would be a file, and there are none. */
long __syscall_unlink(long path) {
  return -ENOENT;
}


long __syscall_chmod(long path, long mode) {
  return -ENOENT;
}


long __syscall_stat64(long path, long buf) {
  return -ENOENT;
}


/* This module never calls exit(): the instance is dropped instead. */
__attribute__((used)) int __cxa_atexit(void (*f)(void*),
                                       void* arg,
                                       void* handle) {
  return 0;
}


/* The caller of this module never waits, so a descriptor never blocks: see
 * libc.h in libuv-port/src.
 */
int uvp__blocks(int fd) {
  return 0;
}


int uvp__wait(int fd, int events, int timeout, int* r) {
  return 0;
}


int uvp__wait_until(int fd, int events, double* deadline, int* r) {
  return 0;
}

/* SPDX-License-Identifier: MIT */

/* Information about the machine. The host provides none, so most results are
 * "unknown", in libuv's form for that. Only random bytes are available.
 */

#include "uv.h"
#include "internal.h"

#include <string.h>
#include <unistd.h>
#include <wasi/api.h>

#define UVP__PAGE_SIZE 65536


/* Zero is libuv's value for an unknown size. */
uint64_t uv_get_free_memory(void) {
  return 0;
}


uint64_t uv_get_total_memory(void) {
  return 0;
}


uint64_t uv_get_constrained_memory(void) {
  return 0;
}


uint64_t uv_get_available_memory(void) {
  return uv_get_free_memory();
}


int uv_resident_set_memory(size_t* rss) {
  *rss = __builtin_wasm_memory_size(0) * UVP__PAGE_SIZE;
  return 0;
}


int uv_uptime(double* uptime) {
  return UV_ENOSYS;
}


void uv_loadavg(double avg[3]) {
  avg[0] = 0;
  avg[1] = 0;
  avg[2] = 0;
}


int uv_cpu_info(uv_cpu_info_t** cpu_infos, int* count) {
  *cpu_infos = NULL;
  *count = 0;
  return UV_ENOSYS;
}


/* The name is that of the source that libuv falls back to. */
int uv__random_devurandom(void* buf, size_t buflen) {
  return UV__ERR(__wasi_random_get(buf, buflen));
}

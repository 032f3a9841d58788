/* SPDX-License-Identifier: MIT */

/* Information about the machine. A host hides its own, so this is what a guest
 * has: the memory that it may use, one processor, and a clock.
 */

#include "uv.h"
#include "internal.h"

#include <string.h>
#include <time.h>
#include <unistd.h>
#include <wasi/api.h>

#define UVP__PAGE_SIZE 65536

/* No module has more, see UVH_PAYLOAD in uv_host.h. */
#define UVP__MEMORY 0x80000000u

#define UVP__NSEC_PER_MSEC 1000000
#define UVP__NSEC_PER_SEC 1e9


uint64_t uv_get_total_memory(void) {
  return UVP__MEMORY;
}


uint64_t uv_get_free_memory(void) {
  return UVP__MEMORY - __builtin_wasm_memory_size(0) * UVP__PAGE_SIZE;
}


/* There is no limit besides the total, or none that is known. */
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


/* The host's clock does not begin with the program. */
int uv_uptime(double* uptime) {
  *uptime = uv_hrtime() / UVP__NSEC_PER_SEC;
  return 0;
}


void uv_loadavg(double avg[3]) {
  avg[0] = 0;
  avg[1] = 0;
  avg[2] = 0;
}


/* One processor, whose speed is unknown. It idles while the program waits. */
int uv_cpu_info(uv_cpu_info_t** cpu_infos, int* count) {
  uv_cpu_info_t* info;
  struct timespec used;

  *cpu_infos = NULL;
  *count = 0;

  info = uv__calloc(1, sizeof(*info));
  if (info == NULL)
    return UV_ENOMEM;

  info->model = uv__strdup("WebAssembly");
  if (info->model == NULL) {
    uv__free(info);
    return UV_ENOMEM;
  }

  if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used) == 0)
    info->cpu_times.user =
        used.tv_sec * 1000 + used.tv_nsec / UVP__NSEC_PER_MSEC;

  info->cpu_times.idle =
      uv_hrtime() / UVP__NSEC_PER_MSEC - info->cpu_times.user;

  *cpu_infos = info;
  *count = 1;
  return 0;
}


/* The name is that of the source that libuv falls back to. */
int uv__random_devurandom(void* buf, size_t buflen) {
  return UV__ERR(__wasi_random_get(buf, buflen));
}

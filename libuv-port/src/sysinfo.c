/* SPDX-License-Identifier: MIT */

/* Information about the machine. The host provides none, so most results are
 * "unknown", in libuv's form for that. Only random bytes are available.
 */

#include "uv.h"
#include "internal.h"
#include "uv_host.h"
#include "libc.h"

#include <string.h>
#include <unistd.h>
#include <wasi/api.h>

#define UVP__PAGE_SIZE 65536


int uv_exepath(char* buffer, size_t* size) {
  return UV_ENOSYS;
}


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


static uv_handle_type uvp__guess_socket(int fd, int type) {
  struct sockaddr_storage addr;
  socklen_t len;

  len = sizeof(addr);
  if (getsockname(fd, (struct sockaddr*) &addr, &len))
    return UV_UNKNOWN_HANDLE;

  if (addr.ss_family == AF_UNIX)
    return type == SOCK_STREAM ? UV_NAMED_PIPE : UV_UNKNOWN_HANDLE;

  return type == SOCK_STREAM ? UV_TCP : UV_UDP;
}


uv_handle_type uv_guess_handle(uv_file file) {
  __wasi_fdstat_t stat;
  socklen_t len;
  int type;

  len = sizeof(type);
  if (!uvp__is_wasi(file)) {
    if (getsockopt(file, SOL_SOCKET, SO_TYPE, &type, &len) == 0)
      return uvp__guess_socket(file, type);

    if (errno != ENOTSOCK)
      return UV_UNKNOWN_HANDLE;
  }

  if (__wasi_fd_fdstat_get(file, &stat) != __WASI_ERRNO_SUCCESS)
    return uvp__is_wasi(file) ? UV_UNKNOWN_HANDLE : UV_NAMED_PIPE;

  switch (stat.fs_filetype) {
    /* A terminal is treated as a file as well: see unsupported.c. */
    case __WASI_FILETYPE_REGULAR_FILE:
    case __WASI_FILETYPE_CHARACTER_DEVICE:
      return UV_FILE;

    /* WASI has no type for pipes. */
    case __WASI_FILETYPE_UNKNOWN:
      return UV_NAMED_PIPE;

    default:
      return UV_UNKNOWN_HANDLE;
  }
}


/* The name is that of the source that libuv falls back to. */
int uv__random_devurandom(void* buf, size_t buflen) {
  return UV__ERR(__wasi_random_get(buf, buflen));
}

/* SPDX-License-Identifier: MIT */

/* Modules without terminals: TypeScript has no handles for them. */

#include "uv.h"
#include "internal.h"
#include "uv_host.h"
#include "../libc.h"
#include "terminals.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <wasi/api.h>


int uvp__terminal_ioctl(int fd, int request, void* argument) {
  return uvh_fcntl(fd, F_GETFL, 0) < 0 ? -EBADF : -ENOTTY;
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


/* No descriptor is a terminal. */
int uv_tty_init(uv_loop_t* loop, uv_tty_t* tty, uv_file fd, int unused) {
  return UV_EINVAL;
}


int uv_tty_set_mode(uv_tty_t* tty, uv_tty_mode_t mode) {
  return UV_ENOTSUP;
}


int uv_tty_reset_mode(void) {
  return 0;
}


int uv_tty_get_winsize(uv_tty_t* tty, int* width, int* height) {
  return UV_ENOTSUP;
}


void uv_tty_set_vterm_state(uv_tty_vtermstate_t state) {
}


int uv_tty_get_vterm_state(uv_tty_vtermstate_t* state) {
  return UV_ENOTSUP;
}


void uv__tty_close(uv_tty_t* handle) {
  UNREACHABLE();
}

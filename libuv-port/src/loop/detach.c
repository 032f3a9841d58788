/* SPDX-License-Identifier: MIT */

/* Removes the descriptor from a stream, for use in another handle. */

#include "uv.h"
#include "internal.h"
#include "uvp.h"


int uvp_stream_detach(uv_stream_t* stream) {
  int fd;

  fd = uv__stream_fd(stream);
  if (fd == -1)
    return UV_EBADF;

  uv__io_close(stream->loop, &stream->io_watcher);
  stream->io_watcher.fd = -1;
  return fd;
}

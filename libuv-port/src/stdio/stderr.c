/* SPDX-License-Identifier: MIT */

#include "stdio.h"

#include <unistd.h>

#undef stderr

extern FILE __stderr_FILE;
extern FILE* volatile __stderr_used;

static unsigned char uvp__buffer[UVP__UNGET];

FILE __stderr_FILE = {
  .buf = uvp__buffer + UVP__UNGET,
  .buf_size = sizeof(uvp__buffer) - UVP__UNGET,
  .fd = STDERR_FILENO,
  .flags = UVP__PERMANENT | UVP__NO_READ,
  .lbf = -1,
  .write = __stdio_write,
  .seek = __stdio_seek,
  .close = __stdio_close,
  .lock = -1,
};

FILE* const stderr = &__stderr_FILE;

/* The C library flushes it at the end of the program. */
FILE* volatile __stderr_used = &__stderr_FILE;

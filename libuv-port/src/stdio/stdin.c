/* SPDX-License-Identifier: MIT */

#include "stdio.h"

#include <unistd.h>

#undef stdin

extern FILE __stdin_FILE;
extern FILE* volatile __stdin_used;

static unsigned char uvp__buffer[UVP__UNGET + UVP__BUFFER];

FILE __stdin_FILE = {
  .buf = uvp__buffer + UVP__UNGET,
  .buf_size = sizeof(uvp__buffer) - UVP__UNGET,
  .fd = STDIN_FILENO,
  .flags = UVP__PERMANENT | UVP__NO_WRITE,
  .read = __stdio_read,
  .seek = __stdio_seek,
  .close = __stdio_close,
  .lock = -1,
};

FILE* const stdin = &__stdin_FILE;

/* The C library flushes it at the end of the program. */
FILE* volatile __stdin_used = &__stdin_FILE;

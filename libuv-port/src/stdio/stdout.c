/* SPDX-License-Identifier: MIT */

#include "stdio.h"

#include <unistd.h>

#undef stdout

extern FILE __stdout_FILE;
extern FILE* volatile __stdout_used;

static unsigned char uvp__buffer[UVP__UNGET + UVP__BUFFER];

FILE __stdout_FILE = {
  .buf = uvp__buffer + UVP__UNGET,
  .buf_size = sizeof(uvp__buffer) - UVP__UNGET,
  .fd = STDOUT_FILENO,
  .flags = UVP__PERMANENT | UVP__NO_READ,
  .lbf = '\n',
  .write = __stdout_write,
  .seek = __stdio_seek,
  .close = __stdio_close,
  .lock = -1,
};

FILE* const stdout = &__stdout_FILE;

/* The C library flushes it at the end of the program. */
FILE* volatile __stdout_used = &__stdout_FILE;

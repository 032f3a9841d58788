/* SPDX-License-Identifier: MIT */

/* What no guest has is reported, so that the reason is found when a program does
 * not do its work: it may not look at the result, or not tell of it.
 */

#include "../libc.h"
#include "uv_host.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* What the C library prints for a system call that it lacks. */
#define UVP__WARNING "warning: unsupported syscall: __syscall_"

void emscripten_console_error(const char* text);


int uvp__absent(const char* name) {
  uvh_absent(name, strlen(name));
  return uvp__fail(ENOSYS);
}


/* The C library's own prints such warnings as errors of the program. */
void emscripten_console_error(const char* text) {
  const char* name;

  if (strncmp(text, UVP__WARNING, sizeof(UVP__WARNING) - 1) != 0) {
    fprintf(stderr, "%s\n", text);
    return;
  }

  name = text + sizeof(UVP__WARNING) - 1;
  uvh_absent(name, strcspn(name, "\n"));
}

/* SPDX-License-Identifier: MIT */

/* What libuv's proctitle.c asks of a platform: to name the process as well. */

#include <sys/prctl.h>

void uv__set_process_title(const char* title);


void uv__set_process_title(const char* title) {
  prctl(PR_SET_NAME, title);
}

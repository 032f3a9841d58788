/* SPDX-License-Identifier: MIT */

#include "libc.h"

#include <signal.h>
#include <stddef.h>
#include <unistd.h>


void uvp__broken_pipe(void) {
  struct sigaction action;

  if (sigaction(SIGPIPE, NULL, &action) == 0 && action.sa_handler == SIG_DFL)
    _exit(128 + SIGPIPE);

  raise(SIGPIPE);
}

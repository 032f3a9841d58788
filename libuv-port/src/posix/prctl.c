/* SPDX-License-Identifier: MIT */

/* prctl(): the settings of a process that a guest has. */

#include "../libc.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <sys/prctl.h>

/* The size of a name with its NUL, as on Linux. */
#define UVP__NAME_SIZE 16

static char uvp__name[UVP__NAME_SIZE] = "main";
static int uvp__is_dumpable = 1;


/* A guest has no capabilities, so that those that a program gives up are gone. */
static int uvp__capability(unsigned long command) {
  switch (command) {
    case PR_CAP_AMBIENT_CLEAR_ALL:
    case PR_CAP_AMBIENT_IS_SET:
    case PR_CAP_AMBIENT_LOWER:
      return 0;

    case PR_CAP_AMBIENT_RAISE:
      return uvp__fail(EPERM);
  }

  return uvp__fail(EINVAL);
}


/* Linux answers with EINVAL for an operation that it does not know. */
int prctl(int operation, ...) {
  unsigned long argument;
  va_list arguments;

  va_start(arguments, operation);
  argument = va_arg(arguments, unsigned long);
  va_end(arguments);

  switch (operation) {
    case PR_SET_NAME:
      strncpy(uvp__name, (const char*) argument, UVP__NAME_SIZE - 1);
      return 0;

    case PR_GET_NAME:
      memcpy((char*) argument, uvp__name, UVP__NAME_SIZE);
      return 0;

    case PR_SET_DUMPABLE:
      if (argument > 1)
        return uvp__fail(EINVAL);

      uvp__is_dumpable = argument;
      return 0;

    case PR_GET_DUMPABLE:
      return uvp__is_dumpable;

    case PR_CAP_AMBIENT:
      return uvp__capability(argument);
  }

  return uvp__fail(EINVAL);
}

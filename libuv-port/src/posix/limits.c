/* SPDX-License-Identifier: MIT */

/* The limits of a program, which its host decides and the program cannot change.
 * There are at most as many descriptors as here; a host may allow fewer.
 */

#include "../libc.h"

#include <errno.h>
#include <stddef.h>
#include <sys/resource.h>
#include <unistd.h>

#define UVP__DESCRIPTORS 65536
#define UVP__MEMORY 0x80000000u


static rlim_t uvp__limit(int resource) {
  switch (resource) {
    case RLIMIT_NOFILE:
      return UVP__DESCRIPTORS;

    case RLIMIT_AS:
    case RLIMIT_DATA:
      return UVP__MEMORY;

    case RLIMIT_NPROC:
      return 1;

    case RLIMIT_CORE:
    case RLIMIT_MEMLOCK:
      return 0;
  }

  return RLIM_INFINITY;
}


int getrlimit(int resource, struct rlimit* limit) {
  if (resource < 0 || resource >= RLIM_NLIMITS)
    return uvp__fail(EINVAL);

  limit->rlim_cur = uvp__limit(resource);
  limit->rlim_max = limit->rlim_cur;
  return 0;
}


/* Every limit of files that are never written is kept. */
int setrlimit(int resource, const struct rlimit* limit) {
  rlim_t now;

  if (resource < 0 || resource >= RLIM_NLIMITS ||
      limit->rlim_cur > limit->rlim_max)
    return uvp__fail(EINVAL);

  now = uvp__limit(resource);
  if (resource == RLIMIT_CORE ||
      (limit->rlim_cur == now && limit->rlim_max == now))
    return 0;

  return uvp__fail(EPERM);
}


int prlimit(pid_t pid,
            int resource,
            const struct rlimit* limit,
            struct rlimit* old) {
  if (pid != 0 && pid != getpid())
    return uvp__fail(ESRCH);

  if (old != NULL && getrlimit(resource, old))
    return -1;

  return limit == NULL ? 0 : setrlimit(resource, limit);
}


int getdtablesize(void) {
  return UVP__DESCRIPTORS;
}

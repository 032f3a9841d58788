/* SPDX-License-Identifier: MIT */

/* The limits of a program. Its host decides them, and a program can only lower
 * that of its descriptors.
 */

#include "uv_host.h"
#include "../libc.h"

#include <errno.h>
#include <stddef.h>
#include <sys/resource.h>
#include <unistd.h>

#define UVP__MEMORY 0x80000000u

/* The hard limit of descriptors, or 0 as long as it is the host's. */
static rlim_t uvp__descriptors;


static struct rlimit uvp__both(rlim_t limit) {
  return (struct rlimit){ limit, limit };
}


static struct rlimit uvp__limit(int resource) {
  struct rlimit limit;

  switch (resource) {
    case RLIMIT_NOFILE:
      limit = uvp__both(uvh_descriptor_limit(-1));
      if (uvp__descriptors != 0)
        limit.rlim_max = uvp__descriptors;

      return limit;

    case RLIMIT_AS:
    case RLIMIT_DATA:
      return uvp__both(UVP__MEMORY);

    case RLIMIT_NPROC:
      return uvp__both(1);

    case RLIMIT_CORE:
    case RLIMIT_MEMLOCK:
      return uvp__both(0);
  }

  return uvp__both(RLIM_INFINITY);
}


int getrlimit(int resource, struct rlimit* limit) {
  if (resource < 0 || resource >= RLIM_NLIMITS)
    return uvp__fail(EINVAL);

  *limit = uvp__limit(resource);
  return 0;
}

UVP__FOR_LARGE_FILES(getrlimit);


static int uvp__limit_descriptors(const struct rlimit* limit) {
  rlim_t hard;

  hard = uvp__limit(RLIMIT_NOFILE).rlim_max;
  if (limit->rlim_max > hard)
    return uvp__fail(EPERM);

  uvp__descriptors = limit->rlim_max;
  uvh_descriptor_limit(limit->rlim_cur);
  return 0;
}


/* Every limit of files that are never written is kept. */
int setrlimit(int resource, const struct rlimit* limit) {
  struct rlimit now;

  if (resource < 0 || resource >= RLIM_NLIMITS ||
      limit->rlim_cur > limit->rlim_max)
    return uvp__fail(EINVAL);

  if (resource == RLIMIT_NOFILE)
    return uvp__limit_descriptors(limit);

  now = uvp__limit(resource);
  if (resource == RLIMIT_CORE ||
      (limit->rlim_cur == now.rlim_cur && limit->rlim_max == now.rlim_max))
    return 0;

  return uvp__fail(EPERM);
}

UVP__FOR_LARGE_FILES(setrlimit);


int prlimit(pid_t pid,
            int resource,
            const struct rlimit* limit,
            struct rlimit* old) {
  struct rlimit previous;

  if (pid != 0 && pid != getpid())
    return uvp__fail(ESRCH);

  if (getrlimit(resource, &previous) ||
      (limit != NULL && setrlimit(resource, limit)))
    return -1;

  if (old != NULL)
    *old = previous;

  return 0;
}


int getdtablesize(void) {
  return uvh_descriptor_limit(-1);
}

/* SPDX-License-Identifier: MIT */

/* closefrom() and close_range(), which emscripten's C library lacks. */

#include "uv_host.h"
#include "../libc.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <unistd.h>


/* The number behind the last that can be open. What is open stays open when a
 * program lowers its limit, so the host's own counts.
 */
static unsigned int uvp__end_of_numbers(void) {
  int limit;
  int end;

  limit = uvh_descriptor_limit(-1);
  end = uvh_descriptor_limit(INT_MAX);
  uvh_descriptor_limit(limit);
  return end;
}


int close_range(unsigned int first, unsigned int last, int flags) {
  unsigned int end;
  unsigned int fd;
  int saved;

  if (first > last || (flags & ~(CLOSE_RANGE_UNSHARE | CLOSE_RANGE_CLOEXEC)))
    return uvp__fail(EINVAL);

  saved = errno;
  end = uvp__end_of_numbers();
  for (fd = first; fd < end && fd <= last; fd++)
    if (flags & CLOSE_RANGE_CLOEXEC)
      fcntl(fd, F_SETFD, FD_CLOEXEC);
    else
      close(fd);

  errno = saved;
  return 0;
}


void closefrom(int first) {
  close_range(first < 0 ? 0 : first, UINT_MAX, 0);
}

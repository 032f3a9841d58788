/* SPDX-License-Identifier: MIT */

/* Calls of BSD and GNU that are made of those of POSIX. The C library for
 * WebAssembly leaves them out.
 */

#include "../libc.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>


/* There are no users whose rights a program could have besides its own. */
int euidaccess(const char* path, int mode) {
  return access(path, mode);
}


int eaccess(const char* path, int mode) {
  return access(path, mode);
}


char* secure_getenv(const char* name) {
  return getenv(name);
}


static void uvp__convert_times(const struct timeval from[2],
                               struct timespec to[2]) {
  int i;

  for (i = 0; i < 2; i++) {
    to[i].tv_sec = from[i].tv_sec;
    to[i].tv_nsec = from[i].tv_usec * 1000;
  }
}


int futimes(int fd, const struct timeval times[2]) {
  struct timespec converted[2];

  if (times == NULL)
    return futimens(fd, NULL);

  uvp__convert_times(times, converted);
  return futimens(fd, converted);
}


int lutimes(const char* path, const struct timeval times[2]) {
  struct timespec converted[2];

  if (times != NULL)
    uvp__convert_times(times, converted);

  return utimensat(AT_FDCWD,
                   path,
                   times == NULL ? NULL : converted,
                   AT_SYMLINK_NOFOLLOW);
}


/* The host hides how busy its machine is. */
int getloadavg(double* averages, int count) {
  return uvp__fail(ENOSYS);
}

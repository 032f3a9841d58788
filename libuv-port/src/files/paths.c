/* SPDX-License-Identifier: MIT */

/* Paths, and the working directory. The host resolves both: a path is passed to
 * it as it is.
 */

#include "uv_host.h"
#include "../libc.h"
#include "files.h"
#include "../musl-syscall.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>


int uvp__locate(int dir, const char* path, struct uvp__place* place) {
  if (path == NULL)
    return EFAULT;

  place->dir = dir;
  place->path = path;
  place->len = strlen(path);

  return place->len == 0 ? ENOENT : 0;
}


long __syscall_chdir(long path) {
  struct uvp__place place;
  int err;

  err = uvp__locate(0, (const char*) path, &place);
  return err ? -err : uvh_chdir(place.path, place.len);
}


/* Defined under this name, because the C library has its own weak definition,
 * which fails.
 */
int fchdir(int fd) {
  return uvp__result(uvh_fchdir(fd));
}


long __syscall_getcwd(long buf, long size) {
  return uvh_getcwd((char*) buf, size);
}

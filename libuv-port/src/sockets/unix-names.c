/* SPDX-License-Identifier: MIT */

/* The calls with which programs use the names of their sockets like files. The
 * host is asked first: a path that is not a socket's name belongs to the file
 * system.
 */

#include "uv_host.h"
#include "../libc.h"
#include "../musl-syscall.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>


/* libuv removes the name of a pipe that it closes with this: the name is a
 * socket's, so that a program with nothing but sockets needs no files. Weak,
 * because a module in which no pipes can be created has its own.
 */
__attribute__((weak)) int uvp__unlink_socket(const char* path) {
  return uvp__result(uvh_unlink(path, strlen(path)));
}


int unlink(const char* path) {
  int r;

  r = uvh_unlink(path, strlen(path));
  if (r == -ENOENT)
    r = __syscall_unlink((long) path);

  return uvp__result(r);
}


int chmod(const char* path, mode_t mode) {
  int r;

  r = uvh_chmod(path, strlen(path), mode);
  if (r == -ENOENT)
    r = __syscall_chmod((long) path, mode);

  return uvp__result(r);
}


int stat(const char* restrict path, struct stat* restrict buf) {
  int r;

  r = uvh_stat(path, strlen(path));
  if (r == -ENOENT)
    return uvp__result(__syscall_stat64((long) path, (long) buf));

  if (r < 0)
    return uvp__fail(-r);

  memset(buf, 0, sizeof(*buf));
  buf->st_mode = S_IFSOCK | r;
  buf->st_nlink = 1;
  return 0;
}

UVP__FOR_LARGE_FILES(stat);

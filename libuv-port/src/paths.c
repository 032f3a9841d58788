/* SPDX-License-Identifier: MIT */

/* Maps paths to WASI's directories. WASI opens nothing by an absolute path:
 * everything is below a directory that was granted to the program. Only this
 * file knows the working directory.
 */

#include "files.h"
#include "musl-syscall.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <wasi/api.h>

/* The first descriptor that may be a directory granted to the program. */
#define UVP__FOLDER_FIRST 3

/* Replace the C library's own: with fewer arguments, fewer can be wrong. */
static char uvp__cwd[PATH_MAX] = "/";


/* Whether a path leads to a directory or below it; returns how much of the path
 * that is.
 */
static size_t uvp__prefix(const char* path, const char* folder, size_t len) {
  while (len > 0 && folder[len - 1] == '/')
    len--;

  if (strncmp(path, folder, len) != 0)
    return 0;

  if (path[len] != '/' && path[len] != '\0')
    return 0;

  while (path[len] == '/')
    len++;

  return len;
}


/* Finds the innermost directory for an absolute path. */
static int uvp__locate_absolute(const char* path, struct uvp__place* place) {
  char folder[PATH_MAX];
  __wasi_prestat_t given;
  size_t best;
  size_t len;
  int fd;

  best = 0;

  for (fd = UVP__FOLDER_FIRST; __wasi_fd_prestat_get(fd, &given) == 0; fd++) {
    len = given.u.dir.pr_name_len;
    if (len >= sizeof(folder) ||
        __wasi_fd_prestat_dir_name(fd, (uint8_t*) folder, len) != 0)
      continue;

    folder[len] = '\0';
    len = uvp__prefix(path, folder, len);
    if (len > best) {
      best = len;
      place->dir = fd;
    }
  }

  /* No directory was granted there. */
  if (best == 0)
    return ENOENT;

  path += best;
  if (*path == '\0')
    path = ".";

  place->len = strlen(path);
  memmove(place->path, path, place->len + 1);

  return 0;
}


int uvp__locate(int dir, const char* path, struct uvp__place* place) {
  size_t start;
  size_t len;

  if (path == NULL)
    return EFAULT;

  len = strlen(path);
  if (len == 0)
    return ENOENT;

  start = 0;
  if (path[0] != '/' && dir == AT_FDCWD) {
    start = strlen(uvp__cwd);
    memcpy(place->path, uvp__cwd, start);
    if (place->path[start - 1] != '/')
      place->path[start++] = '/';
  }

  if (start + len >= sizeof(place->path))
    return ENAMETOOLONG;

  memcpy(place->path + start, path, len + 1);

  if (place->path[0] == '/')
    return uvp__locate_absolute(place->path, place);

  place->dir = dir;
  place->len = len;

  return 0;
}


long __syscall_chdir(long path) {
  char real[PATH_MAX];
  struct stat st;

  if (realpath((const char*) path, real) == NULL || stat(real, &st))
    return -errno;

  if (!S_ISDIR(st.st_mode))
    return -ENOTDIR;

  memcpy(uvp__cwd, real, strlen(real) + 1);
  return 0;
}


long __syscall_getcwd(long buf, long size) {
  size_t len;

  len = strlen(uvp__cwd) + 1;
  if (len > (size_t) size)
    return -ERANGE;

  memcpy((char*) buf, uvp__cwd, len);
  return len;
}

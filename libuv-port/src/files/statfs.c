/* SPDX-License-Identifier: MIT */

/* The file system of a file: statfs() and, in the C library, statvfs(). Files
 * are in memory, as in Linux's tmpfs.
 */

#include "../musl-syscall.h"
#include "uv_host.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/statfs.h>

#define UVP__TMPFS 0x01021994
#define UVP__BLOCK 4096
#define UVP__NAME_MAX 255


static long uvp__statfs(int fd,
                        const char* path,
                        size_t len,
                        struct statfs* to) {
  uint64_t room[4];
  int r;

  r = uvh_statfs(fd, path, len, room);
  if (r < 0)
    return r;

  *to = (struct statfs){ 0 };
  to->f_type = UVP__TMPFS;
  to->f_bsize = UVP__BLOCK;
  to->f_frsize = UVP__BLOCK;
  to->f_namelen = UVP__NAME_MAX;
  to->f_blocks = room[0] / UVP__BLOCK;
  to->f_bfree = room[1] / UVP__BLOCK;
  to->f_bavail = to->f_bfree;
  to->f_files = room[2];
  to->f_ffree = room[3];
  return 0;
}


long __syscall_statfs64(long path, long size, long buf) {
  size_t len;

  if (path == 0)
    return -EFAULT;

  len = strlen((const char*) path);
  if (len == 0)
    return -ENOENT;

  return uvp__statfs(-1, (const char*) path, len, (struct statfs*) buf);
}


long __syscall_fstatfs64(long fd, long size, long buf) {
  return uvp__statfs(fd, "", 0, (struct statfs*) buf);
}

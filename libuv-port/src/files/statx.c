/* SPDX-License-Identifier: MIT */

/* statx(). Files of a guest have no time of birth and no attributes. */

#include "../libc.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

/* Newer versions of emscripten do not have it. */
#ifndef STATX__RESERVED
#define STATX__RESERVED 0x80000000U
#endif

#define UVP__STAT_FLAGS (AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH)
#define UVP__STATX_FLAGS                                                      \
  (UVP__STAT_FLAGS | AT_NO_AUTOMOUNT | AT_STATX_SYNC_TYPE)


static struct statx_timestamp uvp__statx_time(const struct timespec* time) {
  struct statx_timestamp to;

  memset(&to, 0, sizeof(to));
  to.tv_sec = time->tv_sec;
  to.tv_nsec = time->tv_nsec;
  return to;
}


int statx(int dir,
          const char* restrict path,
          int flags,
          unsigned int mask,
          struct statx* restrict to) {
  struct stat st;

  if ((flags & ~UVP__STATX_FLAGS) || (mask & STATX__RESERVED) ||
      (flags & AT_STATX_SYNC_TYPE) == AT_STATX_SYNC_TYPE)
    return uvp__fail(EINVAL);

  if (fstatat(dir, path, &st, flags & UVP__STAT_FLAGS) != 0)
    return -1;

  memset(to, 0, sizeof(*to));
  to->stx_mask = STATX_BASIC_STATS;
  to->stx_blksize = st.st_blksize;
  to->stx_nlink = st.st_nlink;
  to->stx_uid = st.st_uid;
  to->stx_gid = st.st_gid;
  to->stx_mode = st.st_mode;
  to->stx_ino = st.st_ino;
  to->stx_size = st.st_size;
  to->stx_blocks = st.st_blocks;
  to->stx_atime = uvp__statx_time(&st.st_atim);
  to->stx_ctime = uvp__statx_time(&st.st_ctim);
  to->stx_mtime = uvp__statx_time(&st.st_mtim);
  to->stx_dev_major = major(st.st_dev);
  to->stx_dev_minor = minor(st.st_dev);
  return 0;
}

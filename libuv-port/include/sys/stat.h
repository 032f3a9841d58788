/* SPDX-License-Identifier: MIT */

/* emscripten's sys/stat.h, with statx(), which only newer versions have. */

#pragma GCC system_header

#include_next <sys/stat.h>

#if defined(_GNU_SOURCE) && !defined(STATX_BASIC_STATS)

#define STATX_TYPE 0x1U
#define STATX_MODE 0x2U
#define STATX_NLINK 0x4U
#define STATX_UID 0x8U
#define STATX_GID 0x10U
#define STATX_ATIME 0x20U
#define STATX_MTIME 0x40U
#define STATX_CTIME 0x80U
#define STATX_INO 0x100U
#define STATX_SIZE 0x200U
#define STATX_BLOCKS 0x400U
#define STATX_BASIC_STATS 0x7ffU
#define STATX_BTIME 0x800U
#define STATX_ALL 0xfffU
#define STATX__RESERVED 0x80000000U

#ifdef __cplusplus
extern "C" {
#endif

#include <stdint.h>

struct statx_timestamp {
  int64_t tv_sec;
  uint32_t tv_nsec;
  uint32_t uvp__pad;
};

struct statx {
  uint32_t stx_mask;
  uint32_t stx_blksize;
  uint64_t stx_attributes;
  uint32_t stx_nlink;
  uint32_t stx_uid;
  uint32_t stx_gid;
  uint16_t stx_mode;
  uint16_t uvp__pad[1];
  uint64_t stx_ino;
  uint64_t stx_size;
  uint64_t stx_blocks;
  uint64_t stx_attributes_mask;
  struct statx_timestamp stx_atime;
  struct statx_timestamp stx_btime;
  struct statx_timestamp stx_ctime;
  struct statx_timestamp stx_mtime;
  uint32_t stx_rdev_major;
  uint32_t stx_rdev_minor;
  uint32_t stx_dev_major;
  uint32_t stx_dev_minor;
  uint64_t uvp__spare[14];
};

/* stat() of `path` in the directory `dir`, for the fields of `mask`, which are
 * all filled in; STATX_BTIME is never there.
 */
int statx(int dir,
          const char* __restrict path,
          int flags,
          unsigned int mask,
          struct statx* __restrict to);

#ifdef __cplusplus
}
#endif

#endif

/* SPDX-License-Identifier: MIT */

/* Attributes of files: stat() and related calls. WASI has no users: the program
 * owns every file, and changing the owner is refused.
 */

#include "../libc.h"
#include "../musl-syscall.h"
#include "files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <wasi/api.h>

#define UVP__FOLDER_MODE 0755
#define UVP__FILE_MODE 0644
#define UVP__BLOCK 512
#define UVP__SECOND 1000000000


/* WASI's nanoseconds are unsigned; times before 1970 wrap around. */
static struct timespec uvp__time_of(__wasi_timestamp_t t) {
  struct timespec ts;
  int64_t nanoseconds;

  nanoseconds = (int64_t) t;
  ts.tv_sec = nanoseconds / UVP__SECOND;
  ts.tv_nsec = nanoseconds % UVP__SECOND;
  if (ts.tv_nsec < 0) {
    ts.tv_sec--;
    ts.tv_nsec += UVP__SECOND;
  }

  return ts;
}


static mode_t uvp__mask = 022;


mode_t umask(mode_t mask) {
  mode_t old;

  old = uvp__mask;
  uvp__mask = mask & 0777;
  return old;
}


mode_t uvp__masked(mode_t mode) {
  return mode & UVP__MODE_BITS & ~uvp__mask;
}


/* The usual mode, where WASI provides none: for what is not a file. */
static mode_t uvp__usual_mode(__wasi_filetype_t type) {
  switch (type) {
    case __WASI_FILETYPE_DIRECTORY:
      return S_IFDIR | UVP__FOLDER_MODE;
    case __WASI_FILETYPE_SYMBOLIC_LINK:
      return S_IFLNK | 0777;
    case __WASI_FILETYPE_CHARACTER_DEVICE:
      return S_IFCHR | 0620;
    case __WASI_FILETYPE_BLOCK_DEVICE:
      return S_IFBLK | 0660;
    case __WASI_FILETYPE_SOCKET_STREAM:
    case __WASI_FILETYPE_SOCKET_DGRAM:
      return S_IFSOCK | 0777;
    case __WASI_FILETYPE_REGULAR_FILE:
      return S_IFREG | UVP__FILE_MODE;
    default:
      /* WASI has no type for pipes. */
      return S_IFIFO | 0600;
  }
}


static mode_t uvp__mode_of(const __wasi_filestat_t* file) {
  uint16_t known;
  mode_t mode;

  mode = uvp__usual_mode(file->filetype);
  memcpy(&known, (const char*) file + UVP__MODE_AT, sizeof(known));
  if (known & UVP__MODE_KNOWN)
    mode = (known & UVP__MODE_UNTYPED ? 0 : mode & S_IFMT) |
           (known & UVP__MODE_BITS);

  return mode;
}


static void uvp__stat_of(const __wasi_filestat_t* file, struct stat* st) {
  *st = (struct stat){ 0 };
  st->st_dev = file->dev;
  st->st_ino = file->ino;
  st->st_mode = uvp__mode_of(file);
  st->st_nlink = file->nlink;
  st->st_uid = getuid();
  st->st_gid = getgid();
  st->st_size = file->size;
  st->st_blksize = 4096;
  st->st_blocks = (file->size + UVP__BLOCK - 1) / UVP__BLOCK;
  st->st_atim = uvp__time_of(file->atim);
  st->st_mtim = uvp__time_of(file->mtim);
  st->st_ctim = uvp__time_of(file->ctim);
}


long __syscall_fstat64(long fd, long st) {
  __wasi_filestat_t file;
  int err;

  err = __wasi_fd_filestat_get(fd, &file);
  if (err == 0)
    uvp__stat_of(&file, (struct stat*) st);

  return -err;
}


/* Without the path that musl's has: a program that asks for the type of its
 * standard streams needs no files.
 */
int fstat(int fd, struct stat* st) {
  return uvp__result(__syscall_fstat64(fd, (long) st));
}

UVP__FOR_LARGE_FILES(fstat);


long __syscall_fstatat64(long dir, long path, long st, long flags) {
  struct uvp__place place;
  __wasi_filestat_t file;
  int err;

  if (flags & AT_EMPTY_PATH && *(const char*) path == '\0')
    return __syscall_fstat64(dir, st);

  err = uvp__locate(dir, (const char*) path, &place);
  if (err == 0)
    err = __wasi_path_filestat_get(place.dir,
                                   flags & AT_SYMLINK_NOFOLLOW
                                       ? 0
                                       : __WASI_LOOKUPFLAGS_SYMLINK_FOLLOW,
                                   place.path,
                                   place.len,
                                   &file);
  if (err == 0)
    uvp__stat_of(&file, (struct stat*) st);

  return -err;
}


long __syscall_newfstatat(long dir, long path, long st, long flags) {
  return __syscall_fstatat64(dir, path, st, flags);
}


long __syscall_stat64(long path, long st) {
  return __syscall_fstatat64(AT_FDCWD, path, st, 0);
}


long __syscall_lstat64(long path, long st) {
  return __syscall_fstatat64(AT_FDCWD, path, st, AT_SYMLINK_NOFOLLOW);
}


long __syscall_faccessat(long dir, long path, long mode, long flags) {
  struct stat st;
  int err;

  if (mode & ~(R_OK | W_OK | X_OK))
    return -EINVAL;

  err = __syscall_fstatat64(dir, path, (long) &st, flags & AT_SYMLINK_NOFOLLOW);
  if (err)
    return err;

  /* The owner's permissions are the same bits, at a higher position. */
  return mode & ~(st.st_mode >> 6) ? -EACCES : 0;
}


long __syscall_access(long path, long mode) {
  return __syscall_faccessat(AT_FDCWD, path, mode, 0);
}


int uvp__set_mode(const struct uvp__place* place, mode_t mode, int flags) {
  return __wasi_path_filestat_set_times(place->dir,
                                        __WASI_LOOKUPFLAGS_SYMLINK_FOLLOW,
                                        place->path,
                                        place->len,
                                        mode,
                                        0,
                                        flags);
}


long __syscall_fchmodat(long dir, long path, long mode, ...) {
  struct uvp__place place;
  int err;

  err = uvp__locate(dir, (const char*) path, &place);
  return err ? -err : -uvp__set_mode(&place, mode, UVP__SET_MODE);
}


long __syscall_chmod(long path, long mode) {
  return __syscall_fchmodat(AT_FDCWD, path, mode);
}


/* Descriptors other than files can only keep their mode. */
long __syscall_fchmod(long fd, long mode) {
  struct stat st;
  int err;

  err = __syscall_fstat64(fd, (long) &st);
  if (err)
    return err;

  if (S_ISREG(st.st_mode) || S_ISDIR(st.st_mode))
    return -__wasi_fd_filestat_set_times(fd, mode, 0, UVP__SET_MODE);

  return (st.st_mode ^ mode) & UVP__MODE_BITS ? -ENOTSUP : 0;
}


/* Only root could change the owner. */
static int uvp__keep_owner(const struct stat* st, long user, long group) {
  if ((user == -1 || (uid_t) user == st->st_uid) &&
      (group == -1 || (gid_t) group == st->st_gid))
    return 0;

  return -EPERM;
}


long __syscall_fchownat(long dir,
                        long path,
                        long user,
                        long group,
                        long flags) {
  struct stat st;
  int err;

  err = __syscall_fstatat64(dir, path, (long) &st, flags);
  return err ? err : uvp__keep_owner(&st, user, group);
}


long __syscall_chown32(long path, long user, long group) {
  return __syscall_fchownat(AT_FDCWD, path, user, group, 0);
}


long __syscall_lchown32(long path, long user, long group) {
  return __syscall_fchownat(AT_FDCWD, path, user, group, AT_SYMLINK_NOFOLLOW);
}


long __syscall_fchown32(long fd, long user, long group) {
  struct stat st;
  int err;

  err = __syscall_fstat64(fd, (long) &st);
  return err ? err : uvp__keep_owner(&st, user, group);
}


/* Converts a time to set to WASI's form. In `flags`, `set` means that it is
 * given, `now` that the present time is used; with neither, the time is not
 * changed.
 */
static __wasi_timestamp_t uvp__time_to_set(const struct timespec* ts,
                                           int set,
                                           int now,
                                           __wasi_fstflags_t* flags) {
  if (ts == NULL || ts->tv_nsec == UTIME_NOW) {
    *flags |= now;
    return 0;
  }

  if (ts->tv_nsec == UTIME_OMIT)
    return 0;

  *flags |= set;
  return (int64_t) ts->tv_sec * UVP__SECOND + ts->tv_nsec;
}


/* Without a path, `dir` is the file itself. */
long __syscall_utimensat(long dir, long path, long times, long flags) {
  const struct timespec* ts;
  struct uvp__place place;
  __wasi_fstflags_t what;
  __wasi_timestamp_t a;
  __wasi_timestamp_t m;
  int err;

  ts = (const struct timespec*) times;
  what = 0;
  a = uvp__time_to_set(ts,
                       __WASI_FSTFLAGS_ATIM,
                       __WASI_FSTFLAGS_ATIM_NOW,
                       &what);
  m = uvp__time_to_set(ts != NULL ? ts + 1 : NULL,
                       __WASI_FSTFLAGS_MTIM,
                       __WASI_FSTFLAGS_MTIM_NOW,
                       &what);

  if (path == 0)
    return -__wasi_fd_filestat_set_times(dir, a, m, what);

  err = uvp__locate(dir, (const char*) path, &place);
  if (err)
    return -err;

  return -__wasi_path_filestat_set_times(
      place.dir,
      flags & AT_SYMLINK_NOFOLLOW ? 0 : __WASI_LOOKUPFLAGS_SYMLINK_FOLLOW,
      place.path,
      place.len,
      a,
      m,
      what);
}

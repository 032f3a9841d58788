/* SPDX-License-Identifier: MIT */

/* A program's file system, implemented with WASI. These definitions replace the
 * system calls that the C library uses, so that all of it works: fopen(),
 * opendir(), mkstemp(), realpath().
 */

#include "uv_host.h"
#include "../libc.h"
#include "../musl-syscall.h"
#include "files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <unistd.h>
#include <wasi/api.h>

#define UVP__RIGHTS_TO_READ (__WASI_RIGHTS_FD_READ | __WASI_RIGHTS_FD_READDIR)

#define UVP__RIGHTS_TO_WRITE                                                  \
  (__WASI_RIGHTS_FD_WRITE | __WASI_RIGHTS_FD_ALLOCATE |                       \
   __WASI_RIGHTS_FD_FILESTAT_SET_SIZE)

/* All rights of preview 1, except for those. */
#define UVP__RIGHTS_ALWAYS                                                    \
  (((__WASI_RIGHTS_SOCK_SHUTDOWN << 1) - 1) & ~UVP__RIGHTS_TO_READ &          \
   ~UVP__RIGHTS_TO_WRITE)


static __wasi_rights_t uvp__rights(int flags) {
  __wasi_rights_t rights;

  rights = UVP__RIGHTS_ALWAYS;
  if ((flags & O_ACCMODE) != O_WRONLY)
    rights |= UVP__RIGHTS_TO_READ;
  if ((flags & O_ACCMODE) != O_RDONLY)
    rights |= UVP__RIGHTS_TO_WRITE;

  return rights;
}


static int uvp__open_flags(int flags) {
  int r;

  r = 0;
  if (flags & O_CREAT)
    r |= __WASI_OFLAGS_CREAT;
  if (flags & O_DIRECTORY)
    r |= __WASI_OFLAGS_DIRECTORY;
  if (flags & O_EXCL)
    r |= __WASI_OFLAGS_EXCL;
  if (flags & O_TRUNC)
    r |= __WASI_OFLAGS_TRUNC;

  return r;
}


static int uvp__status_flags(int flags) {
  int r;

  r = 0;
  if (flags & O_APPEND)
    r |= __WASI_FDFLAGS_APPEND;
  if (flags & O_NONBLOCK)
    r |= __WASI_FDFLAGS_NONBLOCK;
  if (flags & O_DSYNC)
    r |= __WASI_FDFLAGS_DSYNC;
  if ((flags & O_SYNC) == O_SYNC)
    r |= __WASI_FDFLAGS_SYNC;

  return r;
}


/* The inherited rights, with the permissions of a file that may be created. */
static __wasi_rights_t uvp__inherited(int flags, mode_t mode) {
  __wasi_rights_t rights;

  rights = uvp__rights(O_RDWR);
  if (flags & O_CREAT)
    rights |= (__wasi_rights_t) (UVP__MODE_KNOWN | uvp__masked(mode)) << 32;

  return rights;
}


static long uvp__open(long dir, long path, long flags, mode_t mode) {
  struct uvp__place place;
  __wasi_fd_t fd;
  int err;

  /* A nameless file would have to be linked later, through /proc. */
  if ((flags & O_TMPFILE) == O_TMPFILE)
    return -EOPNOTSUPP;

  err = uvp__locate(dir, (const char*) path, &place);
  if (err)
    return -err;

  err = __wasi_path_open(place.dir,
                         flags & O_NOFOLLOW ? 0
                                            : __WASI_LOOKUPFLAGS_SYMLINK_FOLLOW,
                         place.path,
                         place.len,
                         uvp__open_flags(flags),
                         uvp__rights(flags),
                         uvp__inherited(flags, mode),
                         uvp__status_flags(flags),
                         &fd);
  if (err)
    return -err;

  if (flags & O_CLOEXEC)
    uvh_fcntl(fd, F_SETFD, FD_CLOEXEC);

  return fd;
}


/* The mode is only passed if a file may be created. */
static mode_t uvp__mode_for(int flags, va_list args) {
  return flags & O_CREAT ? va_arg(args, mode_t) : 0;
}


int uvp__is_wasi(int fd) {
  return 0;
}


long __syscall_openat(long dir, long path, long flags, ...) {
  va_list args;
  mode_t mode;

  va_start(args, flags);
  mode = uvp__mode_for(flags, args);
  va_end(args);

  return uvp__open(dir, path, flags, mode);
}


long __syscall_open(long path, long flags, ...) {
  va_list args;
  mode_t mode;

  va_start(args, flags);
  mode = uvp__mode_for(flags, args);
  va_end(args);

  return uvp__open(AT_FDCWD, path, flags, mode);
}


/* Defined under these names, and not only as system calls, because the C
 * library has its own weak definitions, which a linker may find first.
 */
int open(const char* path, int flags, ...) {
  va_list args;
  mode_t mode;

  va_start(args, flags);
  mode = uvp__mode_for(flags, args);
  va_end(args);

  return uvp__result(uvp__open(AT_FDCWD, (long) path, flags, mode));
}

UVP__FOR_LARGE_FILES(open);


int openat(int dir, const char* path, int flags, ...) {
  va_list args;
  mode_t mode;

  va_start(args, flags);
  mode = uvp__mode_for(flags, args);
  va_end(args);

  return uvp__result(uvp__open(dir, (long) path, flags, mode));
}

UVP__FOR_LARGE_FILES(openat);


off_t lseek(int fd, off_t offset, int whence) {
  __wasi_filesize_t at;
  int err;

  err = __wasi_fd_seek(fd, offset, whence, &at);
  return err ? uvp__fail(err) : (off_t) at;
}

UVP__FOR_LARGE_FILES(lseek);


int ftruncate(int fd, off_t len) {
  if (len < 0)
    return uvp__fail(EINVAL);

  return uvp__wasi_result(__wasi_fd_filestat_set_size(fd, len), 0);
}

UVP__FOR_LARGE_FILES(ftruncate);


int truncate(const char* path, off_t len) {
  int saved;
  int fd;
  int r;

  if (len < 0)
    return uvp__fail(EINVAL);

  fd = open(path, O_WRONLY | O_CLOEXEC);
  if (fd < 0)
    return -1;

  r = ftruncate(fd, len);
  saved = errno;
  close(fd);
  errno = saved;

  return r;
}

UVP__FOR_LARGE_FILES(truncate);


int fsync(int fd) {
  return uvp__wasi_result(__wasi_fd_sync(fd), 0);
}


int fdatasync(int fd) {
  return uvp__wasi_result(__wasi_fd_datasync(fd), 0);
}

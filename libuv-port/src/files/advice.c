/* SPDX-License-Identifier: MIT */

/* Space for files, and advice about their use. */

#include "../libc.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>
#include <wasi/api.h>

/* Numbers of other descriptors are not WASI's. */
static int uvp__sized(int fd, off_t offset, off_t size) {
  int flags;

  if (offset < 0 || size < 0)
    return EINVAL;

  flags = fcntl(fd, F_GETFL);
  if (flags < 0)
    return EBADF;

  return 0;
}


int posix_fallocate(int fd, off_t offset, off_t size) {
  int err;

  err = uvp__sized(fd, offset, size);
  if (err)
    return err;

  if (size == 0)
    return EINVAL;

  if (offset > INT64_MAX - size)
    return EFBIG;

  return __wasi_fd_allocate(fd, offset, size);
}

UVP__FOR_LARGE_FILES(posix_fallocate);


/* Files have no holes that could be made or kept. */
int fallocate(int fd, int mode, off_t offset, off_t size) {
  int err;

  if (mode != 0)
    return uvp__fail(EOPNOTSUPP);

  err = posix_fallocate(fd, offset, size);
  return err ? uvp__fail(err) : 0;
}


int posix_fadvise(int fd, off_t offset, off_t size, int advice) {
  static const __wasi_advice_t advices[] = {
    [POSIX_FADV_NORMAL] = __WASI_ADVICE_NORMAL,
    [POSIX_FADV_RANDOM] = __WASI_ADVICE_RANDOM,
    [POSIX_FADV_SEQUENTIAL] = __WASI_ADVICE_SEQUENTIAL,
    [POSIX_FADV_WILLNEED] = __WASI_ADVICE_WILLNEED,
    [POSIX_FADV_DONTNEED] = __WASI_ADVICE_DONTNEED,
    [POSIX_FADV_NOREUSE] = __WASI_ADVICE_NOREUSE,
  };

  if (advice < 0 || advice > POSIX_FADV_NOREUSE || size < 0)
    return EINVAL;

  return __wasi_fd_advise(fd, offset, size, advices[advice]);
}

UVP__FOR_LARGE_FILES(posix_fadvise);


ssize_t readahead(int fd, off_t offset, size_t size) {
  int err;

  err = posix_fadvise(fd, offset, size, POSIX_FADV_WILLNEED);
  return err ? uvp__fail(err == ESPIPE ? EINVAL : err) : 0;
}


int sync_file_range(int fd, off_t offset, off_t size, unsigned flags) {
  return fdatasync(fd);
}


/* What has nothing to write back belongs to a file system all the same. */
int syncfs(int fd) {
  return fsync(fd) < 0 && errno != EINVAL ? -1 : 0;
}

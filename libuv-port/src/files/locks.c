/* SPDX-License-Identifier: MIT */

/* Locks of files. A process never excludes itself, and a program is the only
 * process that has its files, so locks are granted if they are correct. Other
 * processes that use the host's directory do not see them.
 */

#include "uv_host.h"
#include "../libc.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>


/* Returns the beginning of a lock, or a negated errno. */
static off_t uvp__lock_start(int fd, const struct flock* lock) {
  struct stat st;
  off_t at;

  switch (lock->l_whence) {
    case SEEK_SET:
      return lock->l_start;

    case SEEK_CUR:
      at = lseek(fd, 0, SEEK_CUR);
      return at < 0 ? -errno : at + lock->l_start;

    case SEEK_END:
      return fstat(fd, &st) ? -errno : st.st_size + lock->l_start;
  }

  return -EINVAL;
}


/* Whether the lock is one that Linux would grant; 0 or an errno. */
static int uvp__check_lock(int fd, int command, const struct flock* lock) {
  off_t start;
  int flags;

  flags = fcntl(fd, F_GETFL);
  if (flags < 0)
    return errno;

  start = uvp__lock_start(fd, lock);
  if (start < 0 || start + lock->l_len < 0)
    return EINVAL;

  if (lock->l_type != F_RDLCK && lock->l_type != F_WRLCK &&
      (lock->l_type != F_UNLCK || command == F_GETLK))
    return EINVAL;

  if (command == F_GETLK || lock->l_type == F_UNLCK)
    return 0;

  flags &= O_ACCMODE;
  if (flags == (lock->l_type == F_RDLCK ? O_WRONLY : O_RDONLY))
    return EBADF;

  return 0;
}


int uvp__lock(int fd, int command, struct flock* lock) {
  int err;

  err = uvp__check_lock(fd, command, lock);
  if (err)
    return -err;

  if (command == F_GETLK)
    lock->l_type = F_UNLCK;

  return 0;
}


/* Other than the locks above, these exclude open descriptions of one process,
 * too. Waiting for another one would not end, except by a signal.
 */
int flock(int fd, int operation) {
  int r;

  for (;;) {
    r = uvh_flock(fd, operation);
    if (r != -EAGAIN || operation & LOCK_NB)
      return uvp__result(r);

    if (poll(NULL, 0, -1) < 0)
      return -1;
  }
}

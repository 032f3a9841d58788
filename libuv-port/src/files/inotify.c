/* SPDX-License-Identifier: MIT */

/* inotify: a descriptor that reports what the program does to its files. */

#include "uv_host.h"
#include "../libc.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/inotify.h>

/* src/abi/events.ts has the same numbers. */
_Static_assert(IN_ACCESS == 0x1 && IN_MODIFY == 0x2 && IN_ATTRIB == 0x4, "abi");
_Static_assert(IN_CLOSE == 0x18 && IN_OPEN == 0x20 && IN_MOVE == 0xc0, "abi");
_Static_assert(IN_CREATE == 0x100 && IN_DELETE == 0x200, "abi");
_Static_assert(IN_DELETE_SELF == 0x400 && IN_MOVE_SELF == 0x800, "abi");
_Static_assert(IN_UNMOUNT == 0x2000 && IN_Q_OVERFLOW == 0x4000, "abi");
_Static_assert(IN_IGNORED == 0x8000 && IN_ISDIR == 0x40000000, "abi");
_Static_assert(IN_ONLYDIR == 0x1000000 && IN_DONT_FOLLOW == 0x2000000, "abi");
_Static_assert(IN_EXCL_UNLINK == 0x4000000 && IN_MASK_ADD == 0x20000000, "abi");
_Static_assert(IN_ONESHOT == 0x80000000, "abi");
_Static_assert(sizeof(struct inotify_event) == 16, "abi");
_Static_assert(offsetof(struct inotify_event, len) == 12, "abi");


int inotify_init1(int flags) {
  return uvp__result(uvh_inotify_init(flags));
}


int inotify_init(void) {
  return inotify_init1(0);
}


int inotify_add_watch(int fd, const char* path, uint32_t mask) {
  if (path == NULL)
    return uvp__fail(EFAULT);

  return uvp__result(uvh_inotify_add_watch(fd, path, strlen(path), mask));
}


int inotify_rm_watch(int fd, int watch) {
  return uvp__result(uvh_inotify_rm_watch(fd, watch));
}

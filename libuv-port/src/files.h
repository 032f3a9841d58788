/* What our files for the file system have in common. */

#ifndef UVP_FILES_H_
#define UVP_FILES_H_

#include <limits.h>
#include <stddef.h>
#include <sys/types.h>

/* Where a path leads: to `path`, `len` bytes long, below the folder `dir`. */
struct uvp__place {
  int dir;
  size_t len;
  char path[PATH_MAX];
};

/* Finds it for a path that is relative to the folder `dir`, or to the working
 * directory where that is AT_FDCWD. Returns 0 or an errno.
 */
int uvp__locate(int dir, const char* path, struct uvp__place* place);

/* Permissions, which preview 1 of WASI has none of. Our WASI takes them with an
 * open, in the upper half of the inherited rights, and instead of a time that is
 * to be set, by a flag of its own; it gives them where a filestat has padding.
 * UVP__MODE_KNOWN says that they are there. src/wasi/layouts.ts has the same
 * numbers.
 */
#define UVP__MODE_AT 18
#define UVP__MODE_KNOWN 0x8000
#define UVP__MODE_BITS 07777
#define UVP__SET_MODE 0x8000

/* The permissions of what is made, without those that umask() keeps back. */
mode_t uvp__masked(mode_t mode);

/* Sets the permissions of what is there; 0 or an errno. */
int uvp__set_mode(const struct uvp__place* place, mode_t mode);

int uvp__is_folder(int fd);

/* lseek() for a folder. */
off_t uvp__seek_folder(int fd, off_t offset, int whence);

#endif  /* UVP_FILES_H_ */

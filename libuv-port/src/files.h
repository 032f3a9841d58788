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

int uvp__is_folder(int fd);

/* lseek() for a folder. */
off_t uvp__seek_folder(int fd, off_t offset, int whence);

#endif  /* UVP_FILES_H_ */

/* SPDX-License-Identifier: MIT */

/* Declarations that the files for the file system share. */

#ifndef UVP_FILES_H_
#define UVP_FILES_H_

#include <stddef.h>
#include <sys/types.h>

/* The target of a path, which is `len` bytes long and belongs to the caller,
 * below the directory `dir`.
 */
struct uvp__place {
  int dir;
  size_t len;
  const char* path;
};

/* The target of a path that is relative to the directory `dir`, or to the
 * working directory if that is AT_FDCWD, or absolute. Returns 0 or an errno.
 */
int uvp__locate(int dir, const char* path, struct uvp__place* place);

/* Permissions, which preview 1 of WASI does not have. This project's WASI takes
 * them when a file is opened, in the upper half of the inherited rights, and to
 * change them in place of a time to set, with a flag of its own, and with another
 * one for what was just made; it returns them in the padding of a filestat. UVP__MODE_KNOWN means that they are there.
 * src/wasi/layouts.ts has the same numbers.
 */
#define UVP__MODE_AT 18
#define UVP__MODE_KNOWN 0x8000
#define UVP__MODE_UNTYPED 0x4000
#define UVP__MODE_BITS 07777
#define UVP__SET_MODE 0x8000
#define UVP__IS_NEW 0x4000

/* The permissions of a new file or directory, without those that umask() masks.
 */
mode_t uvp__masked(mode_t mode);

/* Sets the permissions of an existing file or directory; 0 or an errno. `flags`
 * has UVP__SET_MODE, and UVP__IS_NEW if it is a part of making it.
 */
int uvp__set_mode(const struct uvp__place* place, mode_t mode, int flags);

#endif  /* UVP_FILES_H_ */

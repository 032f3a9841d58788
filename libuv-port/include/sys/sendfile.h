/* SPDX-License-Identifier: MIT */

/* The header of Linux, which emscripten does not have. */

#ifndef UVP_SYS_SENDFILE_H_
#define UVP_SYS_SENDFILE_H_

#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Copies at most `count` bytes of a file to any descriptor, from `*offset` on,
 * or from the file's own offset if that is NULL. Returns how many, or -1 with
 * the errno of read() or write(); EINVAL if `in` is no file.
 */
ssize_t sendfile(int out, int in, off_t* offset, size_t count);

#ifdef __cplusplus
}
#endif

#endif  /* UVP_SYS_SENDFILE_H_ */

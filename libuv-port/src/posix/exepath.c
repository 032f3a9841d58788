/* SPDX-License-Identifier: MIT */

/* The path of the program: the name that it was started with, below the
 * directory that it was started in. There need not be a file.
 */

#include "uv.h"

#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <wasi/api.h>


/* Copies as much as fits. */
static int uvp__copy_path(const char* name, char* buffer, size_t* size) {
  size_t slash;
  size_t len;

  slash = name[0] != '/';
  len = strlen(name);
  if (len + slash > *size - 1)
    len = *size - 1 - slash;

  buffer[0] = '/';
  memcpy(buffer + slash, name, len);
  *size = slash + len;
  buffer[*size] = '\0';
  return 0;
}


int uv_exepath(char* buffer, size_t* size) {
  __wasi_size_t count;
  __wasi_size_t bytes;
  uint8_t** args;
  char* texts;
  int err;

  if (buffer == NULL || size == NULL || *size == 0)
    return UV_EINVAL;

  if (__wasi_args_sizes_get(&count, &bytes) || count == 0)
    return UV_ENOENT;

  args = malloc(count * sizeof(*args) + bytes);
  if (args == NULL)
    return UV_ENOMEM;

  texts = (char*) (args + count);
  err = __wasi_args_get(args, (uint8_t*) texts)
            ? UV_EIO
            : uvp__copy_path((char*) args[0], buffer, size);

  free(args);
  return err;
}

/* SPDX-License-Identifier: MIT */

/* `%m` of printf(), the text of `errno`, which emscripten's C library leaves out.
 * A module is linked with this if it has such a format (sdk/uvcc.d/link, --wrap).
 */

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define UVP__WRAP(name)                                                       \
  int __real_##name(FILE*, const char*, va_list);                             \
  int __wrap_##name(FILE*, const char*, va_list);                             \
                                                                              \
  int __wrap_##name(FILE* file, const char* format, va_list args) {           \
    return uvp__print(__real_##name, file, format, args);                     \
  }

typedef int (*uvp__print_cb)(FILE*, const char*, va_list);


/* Returns the end of the conversion that begins with the % at `from`. */
static const char* uvp__conversion_end(const char* from) {
  from++;
  from += strspn(from, "-+ #0'123456789.");
  return *from == '\0' ? from : from + 1;
}


/* Copies the format with the text in place of each %m, with its width and
 * precision, to `to`, or with NULL only counts. Returns how many bytes that is.
 * Neither the text nor spaces mean anything in a format.
 */
static size_t uvp__expand(char* to, const char* format, const char* text) {
  const char* end;
  char one[32];
  size_t size;
  int n;

  for (size = 0; *format != '\0'; format = end) {
    end = *format == '%' ? uvp__conversion_end(format) : format + 1;
    n = end - format;
    if (n > 1 && end[-1] == 'm' && n < (int) sizeof(one)) {
      memcpy(one, format, n);
      strcpy(one + n - 1, "s");
      n = snprintf(NULL, 0, one, text);
      if (n < 0)
        continue;  /* A width that nothing can have. */

      if (to != NULL)
        snprintf(to + size, n + 1, one, text);
    } else if (to != NULL) {
      memcpy(to + size, format, n);
    }

    size += n;
  }

  if (to != NULL)
    to[size] = '\0';

  return size + 1;
}


static int uvp__has_error(const char* format) {
  const char* end;

  while ((format = strchr(format, '%')) != NULL) {
    end = uvp__conversion_end(format);
    if (end[-1] == 'm')
      return 1;

    format = end;
  }

  return 0;
}


static int uvp__print(uvp__print_cb print,
                      FILE* file,
                      const char* format,
                      va_list args) {
  const char* text;
  char* expanded;
  int err;
  int r;

  if (!uvp__has_error(format))
    return print(file, format, args);

  err = errno;
  text = strerror(err);
  expanded = malloc(uvp__expand(NULL, format, text));
  if (expanded == NULL)
    return -1;

  uvp__expand(expanded, format, text);
  errno = err;
  r = print(file, expanded, args);
  free(expanded);
  return r;
}


UVP__WRAP(vfprintf)
UVP__WRAP(vfiprintf)
UVP__WRAP(__small_vfprintf)

/* SPDX-License-Identifier: MIT */

/* The C library's snprintf() supports floating point, which makes it as large
 * as libuv. libuv formats only addresses with it, for which numbers and text
 * are enough.
 */

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

struct uvw__output {
  char* text;
  size_t size;
  size_t length;  /* Of the whole text, even if it does not fit. */
};


static void uvw__put_char(struct uvw__output* out, char c) {
  if (out->length + 1 < out->size)
    out->text[out->length] = c;

  out->length++;
}


static void uvw__put_text(struct uvw__output* out, const char* text) {
  for (; *text != '\0'; text++)
    uvw__put_char(out, *text);
}


static void uvw__put_unsigned(struct uvw__output* out,
                              unsigned int value,
                              unsigned int base) {
  if (value >= base)
    uvw__put_unsigned(out, value / base, base);

  uvw__put_char(out, "0123456789abcdef"[value % base]);
}


static void uvw__put_signed(struct uvw__output* out, int value) {
  if (value >= 0) {
    uvw__put_unsigned(out, value, 10);
    return;
  }

  uvw__put_char(out, '-');
  uvw__put_unsigned(out, -(unsigned int) value, 10);
}


int vsnprintf(char* text, size_t size, const char* format, va_list ap) {
  struct uvw__output out;

  out.text = text;
  out.size = size;
  out.length = 0;

  for (; *format != '\0'; format++) {
    if (*format != '%') {
      uvw__put_char(&out, *format);
      continue;
    }

    switch (*++format) {
      case 's':
        uvw__put_text(&out, va_arg(ap, const char*));
        break;

      case 'd':
        uvw__put_signed(&out, va_arg(ap, int));
        break;

      case 'u':
        uvw__put_unsigned(&out, va_arg(ap, unsigned int), 10);
        break;

      case 'x':
        uvw__put_unsigned(&out, va_arg(ap, unsigned int), 16);
        break;

      default:
        abort();
    }
  }

  if (size != 0)
    text[out.length < size ? out.length : size - 1] = '\0';

  return (int) out.length;
}


int snprintf(char* text, size_t size, const char* format, ...) {
  va_list ap;
  int length;

  va_start(ap, format);
  length = vsnprintf(text, size, format, ap);
  va_end(ap);

  return length;
}

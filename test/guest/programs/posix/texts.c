/* SPDX-License-Identifier: MIT */

/* What programs say of errors. */

#include <errno.h>
#include <limits.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>

int main(void) {
  static const int errors[] = {
    0,
    EACCES,
    EADDRINUSE,
    EADDRNOTAVAIL,
    EAGAIN,
    EBADF,
    ECONNABORTED,
    ECONNRESET,
    EHOSTUNREACH,
    EINPROGRESS,
    EIO,
    EISCONN,
    ELOOP,
    EMFILE,
    EMSGSIZE,
    ENAMETOOLONG,
    ENETUNREACH,
    ENOMEM,
    ENOTCONN,
    ENOTSOCK,
    ENOTSUP,
    ENOTTY,
    EOPNOTSUPP,
    EOVERFLOW,
    ERANGE,
    ESPIPE,
    ETIMEDOUT,
    EXDEV,
    4242,
    -7,
    INT_MIN,
  };
  static const int failures[] = { 0, EAI_NONAME, EAI_FAMILY, EAI_SERVICE };
  char text[80];
  size_t i;

  for (i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
    printf("%s\n", strerror(errors[i]));

  for (i = 0; i < sizeof(failures) / sizeof(failures[0]); i++)
    printf("%s\n", gai_strerror(failures[i]));

#ifdef __wasm__
  /* Natively this returns the text, as GNU has it. */
  strerror_r(EADDRINUSE, text, sizeof(text));
  printf("%s\n", text);
#else
  printf("%s\n", strerror_r(EADDRINUSE, text, sizeof(text)));
#endif
  return 0;
}

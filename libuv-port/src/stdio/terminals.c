/* SPDX-License-Identifier: MIT */

/* Terminals: the requests of ioctl() that libc's termios calls and libuv's tty.c
 * make. Only a standard stream can be a terminal.
 */

#include "uv_host.h"
#include "../libc.h"
#include "terminals.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include <wasi/api.h>

/* The flags precede the control characters. */
#define UVP__FLAGS 4

/* How the settings of a terminal are passed. */
struct uvp__settings {
  unsigned int words[UVP__FLAGS + NCCS];
};


/* A terminal is a character device without a position, as for wasi-libc. */
int isatty(int fd) {
  __wasi_fdstat_t stat;
  __wasi_rights_t seeks;
  int err;

  seeks = __WASI_RIGHTS_FD_SEEK | __WASI_RIGHTS_FD_TELL;
  err = __wasi_fd_fdstat_get(fd, &stat);
  if (err == 0 && stat.fs_filetype == __WASI_FILETYPE_CHARACTER_DEVICE &&
      !(stat.fs_rights_base & seeks))
    return 1;

  errno = err ? err : ENOTTY;
  return 0;
}


static int uvp__get_size(int fd, struct winsize* size) {
  unsigned int words[2];
  int r;

  r = uvh_terminal(fd, UVH_TERMINAL_SIZE, words);
  if (r < 0)
    return r;

  memset(size, 0, sizeof(*size));
  size->ws_row = words[0];
  size->ws_col = words[1];

  return 0;
}


static int uvp__get_settings(int fd, struct termios* term) {
  struct uvp__settings s;
  int i;
  int r;

  r = uvh_terminal(fd, UVH_TERMINAL_SETTINGS, s.words);
  if (r < 0)
    return r;

  memset(term, 0, sizeof(*term));
  term->c_iflag = s.words[0];
  term->c_oflag = s.words[1];
  term->c_cflag = s.words[2];
  term->c_lflag = s.words[3];
  for (i = 0; i < NCCS; i++)
    term->c_cc[i] = s.words[UVP__FLAGS + i];

  return 0;
}


static int uvp__set_settings(int fd, int flush, const struct termios* term) {
  struct uvp__settings s;
  int i;
  int r;

  s.words[0] = term->c_iflag;
  s.words[1] = term->c_oflag;
  s.words[2] = term->c_cflag;
  s.words[3] = term->c_lflag;
  for (i = 0; i < NCCS; i++)
    s.words[UVP__FLAGS + i] = term->c_cc[i];

  r = flush ? uvh_terminal(fd, UVH_TERMINAL_FLUSH, NULL) : 0;
  return r < 0 ? r : uvh_terminal(fd, UVH_TERMINAL_CHANGE, s.words);
}


/* Output never waits in the host, so there is none to drain or to drop. */
static int uvp__flush(int fd, int queue) {
  switch (queue) {
    case TCIFLUSH:
    case TCIOFLUSH:
      return uvh_terminal(fd, UVH_TERMINAL_FLUSH, NULL);
    case TCOFLUSH:
      return 0;
    default:
      return -EINVAL;
  }
}


/* The program is the only one of its session, and in the foreground. */
static int uvp__set_group(int group) {
  return group == getpgrp() ? 0 : -EPERM;
}


int uvp__terminal_ioctl(int fd, int request, void* argument) {
  if (!isatty(fd))
    return -errno;

  switch (request) {
    case TIOCGWINSZ:
      return uvp__get_size(fd, argument);
    case TCGETS:
      return uvp__get_settings(fd, argument);
    case TCSETS:
    case TCSETSW:
    case TCSETSF:
      return uvp__set_settings(fd, request == TCSETSF, argument);
    case TCFLSH:
      return uvp__flush(fd, (int) (size_t) argument);
    case TCSBRK:
      return 0;
    case TIOCGPGRP:
    case TIOCGSID:
      *(int*) argument = getpgrp();
      return 0;
    case TIOCSPGRP:
      return uvp__set_group(*(int*) argument);
    case TIOCSWINSZ:
      return -EPERM;
    default:
      return -ENOTTY;
  }
}

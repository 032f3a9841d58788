/* SPDX-License-Identifier: MIT */

/* The operations of a FILE, over the calls of POSIX. */

#include "stdio.h"
#include "../libc.h"

#include <errno.h>
#include <sys/uio.h>
#include <unistd.h>
#include <wasi/api.h>


size_t __stdio_read(FILE* f, unsigned char* buf, size_t len) {
  struct iovec bufs[2];
  ssize_t n;

  /* The last byte comes through the buffer, which so is filled as well. */
  bufs[0].iov_base = buf;
  bufs[0].iov_len = len - !!f->buf_size;
  bufs[1].iov_base = f->buf;
  bufs[1].iov_len = f->buf_size;

  n = bufs[0].iov_len != 0 ? readv(f->fd, bufs, 2)
                           : read(f->fd, f->buf, f->buf_size);
  if (n <= 0) {
    f->flags |= n != 0 ? UVP__ERROR : UVP__EOF;
    return 0;
  }

  if ((size_t) n <= bufs[0].iov_len)
    return n;

  n -= bufs[0].iov_len;
  f->rpos = f->buf;
  f->rend = f->buf + n;
  if (f->buf_size != 0)
    buf[len - 1] = *f->rpos++;

  return len;
}


/* Like writev(), except that in blocking mode it may write less: the host waits
 * until it can write anything. So a program that only prints is linked without
 * the calls of sockets, and what they need to wait.
 */
static ssize_t uvp__write_some(int fd, const struct iovec* bufs, int nbufs) {
  size_t n;
  int err;

  n = 0;

  do
    err = __wasi_fd_write(fd, (const __wasi_ciovec_t*) bufs, nbufs, &n);
  while (err == EINTR && uvp__take_signals() != UVP__INTERRUPTED);

  if (err == EPIPE)
    uvp__broken_pipe();

  return uvp__wasi_result(err, n);
}


/* Writes what the buffer has, then `buf`. */
size_t __stdio_write(FILE* f, const unsigned char* buf, size_t len) {
  struct iovec bufs[2];
  struct iovec* first;
  size_t left;
  ssize_t n;
  int count;

  bufs[0].iov_base = f->wbase;
  bufs[0].iov_len = f->wpos - f->wbase;
  bufs[1].iov_base = (unsigned char*) buf;
  bufs[1].iov_len = len;
  first = bufs;
  count = 2;

  left = bufs[0].iov_len + len;

  for (;;) {
    n = uvp__write_some(f->fd, first, count);
    if (n == (ssize_t) left) {
      f->wend = f->buf + f->buf_size;
      f->wpos = f->wbase = f->buf;
      return len;
    }

    if (n < 0) {
      f->wpos = f->wbase = f->wend = NULL;
      f->flags |= UVP__ERROR;
      return count == 2 ? 0 : len - first->iov_len;
    }

    left -= n;
    if ((size_t) n > first->iov_len) {
      n -= first->iov_len;
      first++;
      count--;
    }

    first->iov_base = (unsigned char*) first->iov_base + n;
    first->iov_len -= n;
  }
}


/* What glibc does with a FILE that is opened for the other direction; musl leaves
 * errno alone.
 */
static int uvp__refuse(FILE* f) {
  f->flags |= UVP__ERROR;
  errno = EBADF;
  return EOF;
}


/* Of stdout, until it has decided how to buffer. */
size_t __stdout_write(FILE* f, const unsigned char* buf, size_t len) {
  f->write = __stdio_write;
  return __stdio_write(f, buf, len);
}


/* Makes a FILE ready to read. */
int __toread(FILE* f) {
  f->mode |= f->mode - 1;
  if (f->wpos != f->wbase)
    f->write(f, NULL, 0);

  f->wpos = f->wbase = f->wend = NULL;
  if (f->flags & UVP__NO_READ)
    return uvp__refuse(f);

  f->rpos = f->rend = f->buf + f->buf_size;
  return f->flags & UVP__EOF ? EOF : 0;
}


/* Links the end of the program that keeps the position of what was read. */
void __toread_needs_stdio_exit(void) {
  __stdio_exit_needed();
}


/* Makes a FILE ready to write. stdout is buffered by lines on a terminal only,
 * which is found out here: musl does so at the first write, after a line.
 */
int __towrite(FILE* f) {
  f->mode |= f->mode - 1;
  if (f->flags & UVP__NO_WRITE)
    return uvp__refuse(f);

  if (f->write == __stdout_write) {
    f->write = __stdio_write;
    if (!(f->flags & UVP__SET_BUFFER) && !isatty(f->fd))
      f->lbf = -1;
  }

  f->rpos = f->rend = NULL;
  f->wpos = f->wbase = f->buf;
  f->wend = f->buf + f->buf_size;
  return 0;
}


/* Links the end of the program that flushes. */
void __towrite_needs_stdio_exit(void) {
  __stdio_exit_needed();
}


off_t __stdio_seek(FILE* f, off_t offset, int whence) {
  return lseek(f->fd, offset, whence);
}


int __stdio_close(FILE* f) {
  return uvp__wasi_result(__wasi_fd_close(f->fd), 0);
}

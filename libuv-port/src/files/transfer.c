/* SPDX-License-Identifier: MIT */

/* Copies between descriptors, through a buffer. */

#include "../libc.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/sendfile.h>
#include <unistd.h>

#define UVP__PIECE 65536


static ssize_t uvp__read_piece(int fd, off_t* at, char* piece, size_t size) {
  return at == NULL ? read(fd, piece, size) : pread(fd, piece, size, *at);
}


static ssize_t uvp__write_piece(int fd, off_t* at, const char* p, size_t size) {
  return at == NULL ? write(fd, p, size) : pwrite(fd, p, size, *at);
}


/* Puts back what was read but not written. */
static void uvp__unread(int fd, off_t* at, ssize_t count) {
  if (at == NULL)
    lseek(fd, -count, SEEK_CUR);
}


/* Transfers bytes until one of the ends has no more, or no room. Offsets that
 * are NULL are those of the descriptors.
 */
static ssize_t uvp__transfer(int out,
                             off_t* out_at,
                             int in,
                             off_t* in_at,
                             size_t count) {
  char piece[UVP__PIECE];
  ssize_t written;
  ssize_t total;
  ssize_t n;

  for (total = 0; (size_t) total < count; total += written) {
    n = count - total < sizeof(piece) ? count - total : sizeof(piece);
    n = uvp__read_piece(in, in_at, piece, n);
    if (n <= 0)
      return total > 0 ? total : n;

    written = uvp__write_piece(out, out_at, piece, n);
    if (written < n)
      uvp__unread(in, in_at, n - (written < 0 ? 0 : written));

    if (written < 0)
      return total > 0 ? total : -1;

    if (in_at != NULL)
      *in_at += written;

    if (out_at != NULL)
      *out_at += written;

    if (written < n)
      return total + written;
  }

  return total;
}


/* Linux reads from files only. */
ssize_t sendfile(int out, int in, off_t* offset, size_t count) {
  if (lseek(in, 0, SEEK_CUR) < 0)
    return uvp__fail(errno == ESPIPE ? EINVAL : errno);

  /* Even if there is nothing to send. */
  if (fcntl(out, F_GETFD) < 0)
    return -1;

  if (offset != NULL && *offset < 0)
    return uvp__fail(EINVAL);

  return uvp__transfer(out,
                       NULL,
                       in,
                       offset,
                       count < INT32_MAX ? count : INT32_MAX);
}


ssize_t copy_file_range(int in,
                        off_t* in_at,
                        int out,
                        off_t* out_at,
                        size_t count,
                        unsigned flags) {
  int mode;

  mode = fcntl(out, F_GETFL);
  if (mode < 0)
    return -1;

  if (flags != 0 || lseek(in, 0, SEEK_CUR) < 0 || lseek(out, 0, SEEK_CUR) < 0)
    return uvp__fail(EINVAL);

  if (mode & O_APPEND)
    return uvp__fail(EBADF);

  return uvp__transfer(out,
                       out_at,
                       in,
                       in_at,
                       count < INT32_MAX ? count : INT32_MAX);
}

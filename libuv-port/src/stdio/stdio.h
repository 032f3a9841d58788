/* SPDX-License-Identifier: MIT */

/* The C library's own view of a FILE, which it does not publish. emscripten's
 * version of stdio calls WASI instead of read(), write() and close(), and its
 * stdout cannot be closed, has no position and is always buffered by lines.
 * These files replace the parts that do so by what musl has.
 */

#ifndef UVP_STDIO_H_
#define UVP_STDIO_H_

#include <stddef.h>
#include <stdio.h>
#include <sys/types.h>

/* The room in front of a buffer, for ungetc(). */
#define UVP__UNGET 8

/* As large as glibc's for files and pipes. */
#define UVP__BUFFER 4096

/* The flags of a FILE. */
#define UVP__PERMANENT 1
#define UVP__NO_READ 4
#define UVP__NO_WRITE 8
#define UVP__EOF 16
#define UVP__ERROR 32
#define UVP__SET_BUFFER 64

struct _IO_FILE {
  unsigned flags;
  unsigned char* rpos;
  unsigned char* rend;
  int (*close)(FILE* f);
  unsigned char* wend;
  unsigned char* wpos;
  unsigned char* mustbezero_1;
  unsigned char* wbase;
  size_t (*read)(FILE* f, unsigned char* buf, size_t len);
  size_t (*write)(FILE* f, const unsigned char* buf, size_t len);
  off_t (*seek)(FILE* f, off_t offset, int whence);
  unsigned char* buf;
  size_t buf_size;
  FILE* prev;
  FILE* next;
  int fd;
  int pipe_pid;
  long lockcount;
  int mode;
  volatile int lock;
  int lbf;
  void* cookie;
  off_t off;
  char* getln_buf;
  void* mustbezero_2;
  unsigned char* shend;
  off_t shlim;
  off_t shcnt;
  FILE* prev_locked;
  FILE* next_locked;
  struct __locale_struct* locale;
};

/* The operations of a FILE. They own no pointer, and set errno. */
size_t __stdio_read(FILE* f, unsigned char* buf, size_t len);
size_t __stdio_write(FILE* f, const unsigned char* buf, size_t len);
size_t __stdout_write(FILE* f, const unsigned char* buf, size_t len);
off_t __stdio_seek(FILE* f, off_t offset, int whence);
int __stdio_close(FILE* f);
int __toread(FILE* f);
int __towrite(FILE* f);

void __stdio_exit_needed(void);
void __toread_needs_stdio_exit(void);
void __towrite_needs_stdio_exit(void);

#endif  /* UVP_STDIO_H_ */

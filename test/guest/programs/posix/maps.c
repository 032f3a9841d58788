/* SPDX-License-Identifier: MIT */

/* Files beyond read() and write(): mappings, locks, space, and copies. */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static char name[] = "/tmp/uvwasm-mapsXXXXXX";
static char bytes[200000];


static const char* error(int r) {
  int err;

  err = r < 0 ? errno : r;
  if (r && err == ESPIPE)
    return "ESPIPE";

  return r ? strerror(err) : "ok";
}


static void* map(const char* what, size_t size, int prot, int flags, int fd) {
  char* p;

  p = mmap(NULL, size, prot, flags, fd, 0);
  printf("%s: %s\n", what, p == MAP_FAILED ? strerror(errno) : "mapped");
  return p;
}


static void private(int fd) {
  char* p;

  p = map("private", 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd);
  printf("%.5s %d %d\n", p, p[4095], (uintptr_t) p % 4096 == 0);
  p[0] = 'X';
  pread(fd, bytes, 5, 0);
  printf("file: %.5s, %d\n", bytes, munmap(p, 4096));
}


static void shared(int fd) {
  char* p;

  p = map("shared", 5, PROT_READ | PROT_WRITE, MAP_SHARED, fd);
  p[1] = 'U';
  printf("msync: %d", msync(p, 5, MS_SYNC));
  pread(fd, bytes, 5, 0);
  printf(" %.5s\n", bytes);
  p[2] = 'V';
  munmap(p, 5);
  pread(fd, bytes, 5, 0);
  printf("munmap: %.5s\n", bytes);
}


/* What is written to a file shows in its mappings. */
static void followed(void) {
  static char other[] = "/tmp/uvwasm-followedXXXXXX";
  char* whole;
  char* later;
  int fd;

  fd = mkstemp(other);
  if (pwrite(fd, "0123456789", 10, 0) != 10)
    abort();

  whole = map("to be read", 4096, PROT_READ, MAP_SHARED, fd);
  later = mmap(NULL, 10, PROT_READ, MAP_SHARED, fd, 4096);
  close(fd);
  printf("after close(): %.10s\n", whole);

  fd = open(other, O_WRONLY);
  pwrite(fd, "ABCD", 4, 8);
  printf("written: %.12s\n", whole);
  pwrite(fd, "more", 4, 4094);
  printf("at an end: %.2s %.2s\n", whole + 4094, later);
  printf("smaller: %d", ftruncate(fd, 4));
  printf(" %.4s %d\n", whole, whole[4]);
  write(fd, "xy", 2);
  printf("again: %.4s\n", whole);
  close(open(other, O_WRONLY | O_TRUNC));
  pwrite(fd, "z", 1, 1);
  printf("emptied: %d %c\n", whole[0], whole[1]);
  munmap(whole, 4096);
  munmap(later, 10);
  close(fd);
  unlink(other);
}


static void refusals(int fd) {
  int file;
  int fds[2];
  char* p;

  map("nothing", 0, PROT_READ, MAP_PRIVATE, fd);
  map("no flags", 10, PROT_READ, 0, fd);
  map("closed", 10, PROT_READ, MAP_PRIVATE, 99);
  p = mmap(NULL, 10, PROT_READ, MAP_PRIVATE, fd, 1);
  printf("offset: %s\n", p == MAP_FAILED ? strerror(errno) : "mapped");
  file = open(name, O_WRONLY);
  map("write only", 10, PROT_READ, MAP_PRIVATE, file);
  close(file);
  file = open(name, O_RDONLY);
  map("read only", 10, PROT_READ | PROT_WRITE, MAP_SHARED, file);
  p = map("to read", 10, PROT_READ, MAP_SHARED, file);
  printf("%.5s\n", p);
  munmap(p, 10);
  close(file);
  pipe(fds);
  map("pipe", 10, PROT_READ, MAP_PRIVATE, fds[0]);
  printf("munmap: %s\n", error(munmap((void*) 4097, 10)));
  printf("munmap: %s\n", error(munmap((void*) 4096, 0)));
}


static void anonymous(void) {
  char* p;
  int i;

  p = map("anonymous",
          200000,
          PROT_READ | PROT_WRITE,
          MAP_PRIVATE | MAP_ANONYMOUS,
          -1);
  for (i = 0; i < 200000 && p[i] == 0; i++)
    ;
  printf("zeros: %d\n", i);
  memset(p, 1, 200000);
  printf("madvise: %d", madvise(p, 65536, MADV_DONTNEED));
  printf(" %d %d\n", p[0], p[65536]);
  p = mremap(p, 200000, 400000, MREMAP_MAYMOVE);
  printf("mremap: %d %d\n", p[65536], p[399999]);
  printf("mprotect: %d\n", mprotect(p, 65536, PROT_READ | PROT_WRITE));
  printf("part: %d", munmap(p, 65536));
  printf(" %d", p[65536]);
  printf(" %d\n", munmap(p + 65536, 400000 - 65536));
}


static void lock(const char* what, int fd, int command, int type, int whence) {
  struct flock l = { .l_type = type, .l_whence = whence, .l_len = 10 };
  int r;

  r = fcntl(fd, command, &l);
  printf("%s: %s", what, error(r));
  if (command == F_GETLK)
    printf(", free %d", l.l_type == F_UNLCK);
  printf("\n");
}


static void locks(int fd) {
  int file;

  lock("write lock", fd, F_SETLK, F_WRLCK, SEEK_SET);
  lock("read lock", fd, F_SETLKW, F_RDLCK, SEEK_END);
  lock("own lock", fd, F_GETLK, F_WRLCK, SEEK_SET);
  lock("unlock", fd, F_SETLK, F_UNLCK, SEEK_CUR);
  lock("wrong type", fd, F_SETLK, 9, SEEK_SET);
  lock("wrong start", fd, F_SETLK, F_WRLCK, 9);
  lock("closed", 99, F_SETLK, F_WRLCK, SEEK_SET);
  file = open(name, O_RDONLY);
  lock("to write, read only", file, F_SETLK, F_WRLCK, SEEK_SET);
  lock("to read, read only", file, F_SETLK, F_RDLCK, SEEK_SET);
  close(file);
  printf("flock: %s\n", error(flock(fd, LOCK_EX | LOCK_NB)));
  printf("flock: %s\n", error(flock(fd, LOCK_UN)));
  printf("flock: %s\n", error(flock(fd, 16)));
  printf("flock: %s\n", error(flock(99, LOCK_EX)));
  printf("lockf: %s\n", error(lockf(fd, F_LOCK, 0)));
  printf("lockf: %s\n", error(lockf(fd, F_TEST, 0)));
}


static void space(int fd) {
  struct stat st;
  int fds[2];

  printf("fallocate: %s", error(posix_fallocate(fd, 100, 50)));
  fstat(fd, &st);
  printf(", size %d\n", (int) st.st_size);
  printf("nothing: %s\n", error(posix_fallocate(fd, 0, 0)));
  printf("negative: %s\n", error(posix_fallocate(fd, -1, 10)));
  printf("closed: %s\n", error(posix_fallocate(99, 0, 10)));
  pipe(fds);
  printf("pipe: %s\n", error(posix_fallocate(fds[1], 0, 10)));
  printf("advice: %s\n", error(posix_fadvise(fd, 0, 0, POSIX_FADV_RANDOM)));
  printf("advice: %s\n", error(posix_fadvise(fd, 0, 0, 99)));
  printf("advice: %s\n", error(posix_fadvise(99, 0, 0, POSIX_FADV_NORMAL)));
  printf("pipe: %s\n", error(posix_fadvise(fds[0], 0, 0, POSIX_FADV_NORMAL)));
  close(fds[0]);
  close(fds[1]);
}


static void copies(int fd) {
  off_t offset;
  off_t at;
  int fds[2];
  int n;

  socketpair(AF_UNIX, SOCK_STREAM, 0, fds);
  lseek(fd, 3, SEEK_SET);
  n = sendfile(fds[1], fd, NULL, 5);
  printf("sendfile: %d at %d", n, (int) lseek(fd, 0, SEEK_CUR));
  printf(" %d\n", (int) read(fds[0], bytes, 100));
  offset = 148;
  n = sendfile(fds[1], fd, &offset, 100);
  printf("sendfile: %d at %d", n, (int) offset);
  printf(", own %d\n", (int) lseek(fd, 0, SEEK_CUR));
  printf("end: %d\n", (int) sendfile(fds[1], fd, &offset, 100));
  n = sendfile(fd, fds[0], NULL, 10);
  printf("from a socket: %s\n", error(n));
  offset = 0;
  at = 200;
  n = copy_file_range(fd, &offset, fd, &at, 100, 0);
  printf("copy: %d %d %d\n", n, (int) offset, (int) at);
  pread(fd, bytes, 5, 200);
  printf("%.5s\n", bytes);
}


int main(void) {
  int fd;

  fd = mkstemp(name);
  write(fd, "hello", 5);
  private(fd);
  shared(fd);
  followed();
  refusals(fd);
  anonymous();
  locks(fd);
  space(fd);
  copies(fd);
  unlink(name);
  return 0;
}

/* SPDX-License-Identifier: MIT */

#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>


static void kind(const char* path) {
  struct stat st;

  if (stat(path, &st) != 0)
    say(path, -1);
  else
    yes("a character device", S_ISCHR(st.st_mode));
}


PROBE(open__dev_null) {
  char byte;
  int fd;

  fd = open("/dev/null", O_RDWR);
  ok("opened", fd);
  say("read", read(fd, &byte, 1));
  say("written", write(fd, "abc", 3));
  say("truncated", open("/dev/null", O_WRONLY | O_TRUNC) < 0 ? -1 : 0);
  kind("/dev/null");
}


PROBE(open__dev_zero) {
  char bytes[4] = "abc";
  int fd;

  fd = open("/dev/zero", O_RDWR);
  ok("opened", fd);
  say("read", read(fd, bytes, sizeof(bytes)));
  yes("zeros", memcmp(bytes, "\0\0\0", 4) == 0);
  say("written", write(fd, "abc", 3));
  kind("/dev/zero");
}


PROBE(open__dev_urandom) {
  char one[16] = "";
  char two[16] = "";
  int fd;

  fd = open("/dev/urandom", O_RDONLY);
  ok("opened", fd);
  say("read", read(fd, one, sizeof(one)));
  read(fd, two, sizeof(two));
  yes("differ", memcmp(one, two, sizeof(one)) != 0);
  kind("/dev/urandom");
  fd = open("/dev/random", O_RDONLY);
  ok("/dev/random", fd);
  say("read", read(fd, one, 1));
}


PROBE(open__dev_full) {
  char byte;
  int fd;

  fd = open("/dev/full", O_RDWR);
  ok("opened", fd);
  say("written", write(fd, "a", 1));
  byte = 'a';
  say("read", read(fd, &byte, 1));
  say("is", byte);
}


PROBE(open__dev_fd) {
  char bytes[8];
  int fds[2];

  if (pipe(fds) != 0 || dup2(fds[0], 20) != 20)
    failed("pipe() or dup2()");
  write(fds[1], "abc", 3);
  say("a pipe's end", read(open("/dev/fd/20", O_RDONLY), bytes, 8));
  say("not open", open("/dev/fd/99", O_RDONLY));
  if (dup2(fds[1], 1) != 1)
    failed("dup2()");
  say("/dev/stdout", write(open("/dev/stdout", O_WRONLY), "ab", 2));
  say("arrives", read(fds[0], bytes, 8));
}


PROBE(mmap_file) {
  char* bytes;
  int page;
  int fd;

  page = sysconf(_SC_PAGESIZE);
  fd = opened("file", "text");
  bytes = mmap(NULL, 4, PROT_READ, MAP_PRIVATE, fd, 0);
  say("to read", bytes == MAP_FAILED ? -1 : 0);
  if (bytes == MAP_FAILED)
    return;
  yes("is the text", memcmp(bytes, "text", 5) == 0);
  say("unmapped", munmap(bytes, 4));
  bytes = mmap(NULL, 4, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
  bytes[0] = 'T';
  content("written, but private", "file");
  munmap(bytes, 4);
  bytes = mmap(NULL, 4, PROT_READ, MAP_SHARED, fd, 0);
  yes("shared, to read", bytes != MAP_FAILED && memcmp(bytes, "text", 4) == 0);
  close(fd);
  yes("after close()", bytes[3] == 't');
  munmap(bytes, 4);
#define MAP(length, flags, fd, offset)                                        \
  (mmap(NULL, length, PROT_READ, flags, fd, offset) == MAP_FAILED ? -1 : 0)
  fd = open("file", O_RDONLY);
  say("a wrong offset", MAP(4, MAP_PRIVATE, fd, 1));
  say("no length", MAP(0, MAP_PRIVATE, fd, 0));
  say("neither private nor shared", MAP(4, 0, fd, 0));
  say("at an offset",
      ftruncate(open("file", O_RDWR), page + 8) +
          MAP(8, MAP_PRIVATE, fd, page));
  say("write-only", MAP(4, MAP_PRIVATE, open("file", O_WRONLY), 0));
  say("a directory", MAP(4, MAP_PRIVATE, open(".", O_RDONLY), 0));
  say("not open", MAP(4, MAP_PRIVATE, 1000, 0));
}


PROBE(mmap_MAP_SHARED) {
  char* bytes;
  int fd;

  fd = opened("file", "text");
  bytes = mmap(NULL, 4, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  say("to write", bytes == MAP_FAILED ? -1 : 0);
  if (bytes == MAP_FAILED)
    return;
  bytes[0] = 'T';
  say("msync()", msync(bytes, 4, MS_SYNC));
  content("then", "file");
  bytes[1] = 'E';
  munmap(bytes, 4);
  content("after munmap()", "file");
}


PROBE(mmap_MAP_ANONYMOUS) {
  char* bytes;

  bytes = mmap(NULL,
               100000,
               PROT_READ | PROT_WRITE,
               MAP_PRIVATE | MAP_ANONYMOUS,
               -1,
               0);
  say("memory", bytes == MAP_FAILED ? -1 : 0);
  yes("zeros", bytes[0] == 0 && bytes[99999] == 0);
  yes("on a page", (uintptr_t) bytes % sysconf(_SC_PAGESIZE) == 0);
  bytes[99999] = 'a';
  say("unmapped", munmap(bytes, 100000));
  bytes = mmap(NULL, 0, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  say("no length", bytes == MAP_FAILED ? -1 : 0);
}

/* SPDX-License-Identifier: MIT */

#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <unistd.h>


PROBE(open) {
  char name[300];
  int fd;

  ok("new", open("file", O_WRONLY | O_CREAT | O_EXCL, 0640));
  mode_of("its mode", "file");
  say("O_EXCL", open("file", O_WRONLY | O_CREAT | O_EXCL, 0640));
  put("file", "text");
  fd = open("file", O_RDWR | O_APPEND);
  write(fd, "!", 1);
  content("O_APPEND", "file");
  ok("O_TRUNC", open("file", O_WRONLY | O_TRUNC));
  content("is empty", "file");
  say("absent", open("none", O_RDONLY));
  say("below a file", open("file/below", O_RDONLY));
  say("below what is absent", open("none/below", O_WRONLY | O_CREAT, 0644));
  ok("a directory", open(".", O_RDONLY | O_DIRECTORY));
  say("to write", open(".", O_WRONLY));
  say("to create", open(".", O_RDONLY | O_CREAT, 0644));
  say("a file for a directory", open("file", O_RDONLY | O_DIRECTORY));
  say("a file with a slash", open("file/", O_RDONLY));
  say("a new file with a slash", open("new/", O_WRONLY | O_CREAT, 0644));
  say("no name", open("", O_RDONLY));
  symlink("file", "link");
  symlink("loop", "loop");
  ok("a link", open("link", O_RDONLY));
  say("O_NOFOLLOW", open("link", O_RDONLY | O_NOFOLLOW));
  say("a link to itself", open("loop", O_RDONLY));
  memset(name, 'n', sizeof(name));
  name[256] = '\0';
  say("a long name", open(name, O_WRONLY | O_CREAT, 0644));
  name[255] = '\0';
  ok("not too long", open(name, O_WRONLY | O_CREAT, 0644));
}


PROBE(pread) {
  char bytes[8];
  int fds[2];
  int fd;

  fd = opened("file", "abcdef");
  say("from an offset", pread(fd, bytes, sizeof(bytes), 4));
  say("the file's own is unchanged", lseek(fd, 0, SEEK_CUR));
  say("beyond the end", pread(fd, bytes, sizeof(bytes), 100));
  say("a negative offset", pread(fd, bytes, sizeof(bytes), -1));
  if (pipe(fds) != 0)
    failed("pipe()");
  say("a pipe", pread(fds[0], bytes, sizeof(bytes), 0));
  say("a directory", pread(open(".", O_RDONLY), bytes, sizeof(bytes), 0));
  say("write-only", pread(open("file", O_WRONLY), bytes, sizeof(bytes), 0));
}


PROBE(pwrite) {
  int fds[2];
  int fd;

  fd = opened("file", "abcdef");
  say("to an offset", pwrite(fd, "XY", 2, 2));
  content("then", "file");
  say("the file's own is unchanged", lseek(fd, 0, SEEK_CUR));
  say("beyond the end", pwrite(fd, "Z", 1, 9));
  say("the size", lseek(fd, 0, SEEK_END));
  say("a negative offset", pwrite(fd, "Z", 1, -1));
  fd = open("file", O_WRONLY | O_TRUNC | O_APPEND);
  write(fd, "abc", 3);
  say("O_APPEND", pwrite(fd, "Z", 1, 0));
  content("then", "file");
  if (pipe(fds) != 0)
    failed("pipe()");
  say("a pipe", pwrite(fds[1], "Z", 1, 0));
  say("read-only", pwrite(open("file", O_RDONLY), "Z", 1, 0));
}


PROBE(ftruncate) {
  int fd;

  fd = opened("file", "abcdef");
  say("shorter", ftruncate(fd, 3));
  content("then", "file");
  say("longer", ftruncate(fd, 10));
  say("the size", lseek(fd, 0, SEEK_END));
  say("negative", ftruncate(fd, -1));
  say("read-only", ftruncate(open("file", O_RDONLY), 0));
  say("a directory", ftruncate(open(".", O_RDONLY), 0));
  say("a socket", ftruncate(bound(SOCK_DGRAM), 0));
  say("not open", ftruncate(1000, 0));
}


PROBE(fsync) {
  int fds[2];

  if (pipe(fds) != 0)
    failed("pipe()");
  say("a file", fsync(opened("file", "text")));
  say("a directory", fsync(open(".", O_RDONLY)));
  say("a pipe", fsync(fds[1]));
  say("not open", fsync(1000));
}


PROBE(fdatasync) {
  int fds[2];

  if (pipe(fds) != 0)
    failed("pipe()");
  say("a file", fdatasync(opened("file", "text")));
  say("a pipe", fdatasync(fds[1]));
  say("not open", fdatasync(1000));
}


PROBE(posix_fallocate) {
  struct stat st;
  int fds[2];
  int fd;

  fd = opened("file", "abc");
  code("more", posix_fallocate(fd, 0, 100));
  fstat(fd, &st);
  say("the size", st.st_size);
  code("less", posix_fallocate(fd, 10, 10));
  fstat(fd, &st);
  say("the size", st.st_size);
  code("no length", posix_fallocate(fd, 0, 0));
  code("a negative offset", posix_fallocate(fd, -1, 10));
  code("read-only", posix_fallocate(open("file", O_RDONLY), 0, 200));
  if (pipe(fds) != 0)
    failed("pipe()");
  code("a pipe", posix_fallocate(fds[1], 0, 10));
  code("not open", posix_fallocate(1000, 0, 10));
}


PROBE(posix_fadvise) {
  int fds[2];
  int fd;

  fd = opened("file", "abc");
  code("a hint", posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL));
  code("another", posix_fadvise(fd, 0, 100, POSIX_FADV_DONTNEED));
  code("an unknown one", posix_fadvise(fd, 0, 0, 99));
  code("a negative length", posix_fadvise(fd, 0, -1, POSIX_FADV_NORMAL));
  if (pipe(fds) != 0)
    failed("pipe()");
  code("a pipe", posix_fadvise(fds[0], 0, 0, POSIX_FADV_NORMAL));
  code("not open", posix_fadvise(1000, 0, 0, POSIX_FADV_NORMAL));
}


PROBE(flock) {
  int one;
  int two;

  one = opened("file", "");
  two = open("file", O_RDWR);
  say("exclusive", flock(one, LOCK_EX | LOCK_NB));
  say("of another", flock(two, LOCK_EX | LOCK_NB));
  say("shared of another", flock(two, LOCK_SH | LOCK_NB));
  say("of a duplicate", flock(dup(one), LOCK_EX | LOCK_NB));
  say("shared", flock(one, LOCK_SH | LOCK_NB));
  say("shared of another", flock(two, LOCK_SH | LOCK_NB));
  say("exclusive of two", flock(one, LOCK_EX | LOCK_NB));
  say("given back", flock(two, LOCK_UN));
  say("exclusive", flock(one, LOCK_EX | LOCK_NB));
  close(two);
  say("an unknown operation", flock(one, 16));
  say("not open", flock(1000, LOCK_EX));
}


/* A lock of some bytes of a file. */
static int record(int fd, int command, int type, int start, int length) {
  struct flock lock;
  int err;

  memset(&lock, 0, sizeof(lock));
  lock.l_type = type;
  lock.l_whence = SEEK_SET;
  lock.l_start = start;
  lock.l_len = length;
  err = fcntl(fd, command, &lock);
  if (err == 0 && command == F_GETLK)
    yes("unlocked for this process", lock.l_type == F_UNLCK);
  return err;
}


PROBE(fcntl_F_SETLK) {
  int reader;
  int fd;

  fd = opened("file", "abcdef");
  say("to write", record(fd, F_SETLK, F_WRLCK, 0, 3));
  say("again", record(fd, F_SETLK, F_WRLCK, 1, 100));
  say("to read", record(fd, F_SETLK, F_RDLCK, 0, 0));
  say("asked", record(fd, F_GETLK, F_WRLCK, 0, 0));
  say("with patience", record(fd, F_SETLKW, F_WRLCK, 0, 1));
  say("unlocked", record(fd, F_SETLK, F_UNLCK, 0, 0));
  reader = open("file", O_RDONLY);
  say("to write, read-only", record(reader, F_SETLK, F_WRLCK, 0, 1));
  say("an unknown type", record(fd, F_SETLK, 99, 0, 1));
  say("before the start", record(fd, F_SETLK, F_RDLCK, -1, 1));
  ok("not open", record(1000, F_SETLK, F_RDLCK, 0, 1));
}


PROBE(lockf) {
  int fd;

  fd = opened("file", "abcdef");
  say("locked", lockf(fd, F_LOCK, 0));
  say("again", lockf(fd, F_TLOCK, 0));
  say("tested", lockf(fd, F_TEST, 0));
  say("unlocked", lockf(fd, F_ULOCK, 0));
  say("an unknown operation", lockf(fd, 99, 0));
  say("not open", lockf(1000, F_LOCK, 0));
}


/* Reports the times of a file, in seconds. */
static void times_of(const char* what, const char* path) {
  struct stat st;

  if (lstat(path, &st) != 0)
    say(what, -1);
  else {
    say("accessed", st.st_atim.tv_sec);
    say("modified", st.st_mtim.tv_sec);
    say("microseconds", st.st_mtim.tv_nsec / 1000);
  }
}


PROBE(utimes) {
  struct timeval times[2] = { { 1000000000, 0 }, { 1100000000, 250000 } };
  struct stat st;

  put("file", "text");
  say("set", utimes("file", times));
  times_of("then", "file");
  say("to now", utimes("file", NULL));
  stat("file", &st);
  yes("is later", st.st_mtim.tv_sec > 1100000000);
  say("absent", utimes("none", times));
  times[0].tv_usec = 1000000;
  say("a wrong time", utimes("file", times));
}

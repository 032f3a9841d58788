/* SPDX-License-Identifier: MIT */

/* The table of descriptors: numbers, duplicates, and what each kind answers. */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static const char* error(void) {
  switch (errno) {
    case EBADF:
      return "EBADF";
    case EINVAL:
      return "EINVAL";
    case EISDIR:
      return "EISDIR";
    case ENOTDIR:
      return "ENOTDIR";
    case ENOTSOCK:
      return "ENOTSOCK";
    case ESPIPE:
      return "ESPIPE";
    default:
      return strerror(errno);
  }
}


static void say(const char* what, long r) {
  if (r < 0)
    fprintf(stderr, "%s: %s\n", what, error());
  else
    fprintf(stderr, "%s: %ld\n", what, r);
}


/* What each call says of a descriptor. */
static void ask(const char* what, int fd) {
  struct pollfd p;
  struct stat st;
  char byte;

  fprintf(stderr, "-- %s\n", what);
  say("type", fstat(fd, &st) ? -1 : (long) (st.st_mode & S_IFMT));
  say("seek", lseek(fd, 0, SEEK_CUR));
  say("F_GETFD", fcntl(fd, F_GETFD));
  say("access", fcntl(fd, F_GETFL) < 0 ? -1 : fcntl(fd, F_GETFL) & O_ACCMODE);
  say("read nothing", read(fd, &byte, 0));
  say("recv", recv(fd, &byte, 0, MSG_DONTWAIT) < 0 && errno == ENOTSOCK);
  say("fsync", fsync(fd));
  say("ftruncate", ftruncate(fd, 0));
  p.fd = fd;
  p.events = POLLOUT;
  say("poll", poll(&p, 1, 0) < 0 ? -1 : p.revents);
}


static void kinds(void) {
  int p[2];
  int fd;

  ask("closed", 77);
  ask("directory", fd = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  close(fd);
  ask("file", fd = open("file", O_CREAT | O_RDWR, 0644));
  close(fd);
  pipe(p);
  ask("pipe, to read", p[0]);
  ask("pipe, to write", p[1]);
  close(p[0]);
  close(p[1]);
  ask("socket", fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  close(fd);
}


static void numbers(void) {
  int p[2];
  int fd;

  fprintf(stderr, "-- numbers\n");
  say("first", fd = open("file", O_RDWR));
  say("second", socket(AF_INET, SOCK_DGRAM, 0));
  say("third", dup(fd));
  close(fd);
  say("the lowest", pipe(p));
  say("pipe", p[0]);
  say("pipe", p[1]);
  say("from 20", fcntl(p[0], F_DUPFD, 20));
  say("from 20", fcntl(p[0], F_DUPFD_CLOEXEC, 20));
  say("flag", fcntl(20, F_GETFD));
  say("flag", fcntl(21, F_GETFD));
  say("clear", fcntl(21, F_SETFD, 0));
  say("flag", fcntl(21, F_GETFD));
  say("negative", fcntl(p[0], F_DUPFD, -1));
  say("of a closed one", fcntl(99, F_DUPFD, 0));
  say("dup2 to itself", dup2(p[0], p[0]));
  say("dup3 to itself", dup3(p[0], p[0], 0));
  say("dup2 of a closed one", dup2(99, 5));
  say("dup2 to a negative one", dup2(p[0], -1));
  say("dup3 with a flag", dup3(p[0], 30, O_CLOEXEC));
  say("flag", fcntl(30, F_GETFD));
  say("dup2 over it", dup2(p[1], 30));
  say("flag", fcntl(30, F_GETFD));
  say("write", write(30, "x", 1));
  for (fd = 3; fd < 40; fd++)
    close(fd);
}


/* Duplicates share what is kept with the open file: its offset and flags. */
static void shared(void) {
  char text[8];
  int copy;
  int fd;

  fprintf(stderr, "-- shared\n");
  memset(text, 0, sizeof(text));
  fd = open("file", O_RDWR | O_TRUNC);
  copy = dup(fd);
  say("write", write(fd, "0123456789", 10));
  say("offset of the copy", lseek(copy, 0, SEEK_CUR));
  say("seek", lseek(copy, 2, SEEK_SET));
  say("read", read(fd, text, 3));
  fprintf(stderr, "%s\n", text);
  say("append", fcntl(copy, F_SETFL, O_APPEND));
  say("flags", (fcntl(fd, F_GETFL) & O_APPEND) != 0);
  say("write", write(fd, "!", 1));
  say("size", lseek(fd, 0, SEEK_END));
  say("close", close(fd));
  say("read", pread(copy, text, 2, 9));
  say("unlink", unlink("file"));
  say("read", pread(copy, text, 2, 9));
  say("close", close(copy));
  say("close again", close(copy));
}


/* The standard streams are descriptors like any other. */
static void streams(void) {
  int saved;
  int fd;

  fprintf(stderr, "-- streams\n");
  fflush(stdout);
  say("saved", saved = dup(1));
  say("file", fd = open("out", O_CREAT | O_RDWR, 0644));
  say("redirect", dup2(fd, 1));
  printf("into the file\n");
  fflush(stdout);
  say("restore", dup2(saved, 1));
  printf("to the output\n");
  fflush(stdout);
  say("size", lseek(fd, 0, SEEK_END));
  say("close", close(0));
  say("takes its number", open("out", O_RDONLY));
  say("getchar", getchar());
}


int main(void) {
  kinds();
  numbers();
  shared();
  streams();
  return 0;
}

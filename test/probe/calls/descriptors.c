/* SPDX-License-Identifier: MIT */

#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>


PROBE(close) {
  int fd;

  fd = opened("file", "text");
  say("a file", close(fd));
  say("the same again", close(fd));
  say("-1", close(-1));
  say("1000", close(1000));
  say("the lowest number that is free", opened("other", ""));
}


PROBE(read) {
  char bytes[8];
  int fds[2];
  int fd;

  fd = opened("file", "text");
  say("more than there is", read(fd, bytes, sizeof(bytes)));
  say("at the end", read(fd, bytes, sizeof(bytes)));
  say("no bytes", read(fd, bytes, 0));
  fd = open("file", O_WRONLY);
  say("write-only", read(fd, bytes, sizeof(bytes)));
  say("a directory", read(open(".", O_RDONLY), bytes, sizeof(bytes)));
  if (pipe2(fds, O_NONBLOCK) != 0)
    failed("pipe2()");
  say("an empty pipe", read(fds[0], bytes, sizeof(bytes)));
  say("the end to write to", read(fds[1], bytes, sizeof(bytes)));
  write(fds[1], "abcdef", 6);
  say("a part", read(fds[0], bytes, 4));
  close(fds[1]);
  say("the rest after the end", read(fds[0], bytes, sizeof(bytes)));
  say("the end", read(fds[0], bytes, sizeof(bytes)));
  say("not open", read(1000, bytes, sizeof(bytes)));
}


PROBE(write) {
  char bytes[8] = "abcdefg";
  int fds[2];
  int fd;

  signal(SIGPIPE, SIG_IGN);
  fd = opened("file", "text");
  say("over a text", write(fd, bytes, 2));
  content("then", "file");
  say("no bytes", write(fd, bytes, 0));
  fd = open("file", O_WRONLY | O_APPEND);
  say("appended", write(fd, "!", 1));
  content("then", "file");
  fd = open("file", O_RDONLY);
  say("read-only", write(fd, bytes, 1));
  if (pipe(fds) != 0)
    failed("pipe()");
  say("a pipe", write(fds[1], bytes, 3));
  say("the end to read from", write(fds[0], bytes, 3));
  close(fds[0]);
  say("without a reader", write(fds[1], bytes, 3));
  say("not open", write(1000, bytes, 3));
}


PROBE(readv) {
  char bytes[8];
  struct iovec parts[2];
  int fd;

  memset(bytes, 0, sizeof(bytes));
  parts[0].iov_base = bytes + 4;
  parts[0].iov_len = 3;
  parts[1].iov_base = bytes;
  parts[1].iov_len = 4;
  fd = opened("file", "abcdef");
  say("two buffers", readv(fd, parts, 2));
  text("the first", bytes + 4);
  bytes[4] = '\0';
  text("the second", bytes);
  say("no buffer", readv(fd, parts, 0));
  say("a negative count", readv(fd, parts, -1));
  say("not open", readv(1000, parts, 2));
}


PROBE(writev) {
  static struct iovec many[IOV_MAX + 1];
  struct iovec parts[2] = { { "abc", 3 }, { "def", 3 } };
  int fd;

  fd = opened("file", "");
  say("two buffers", writev(fd, parts, 2));
  content("then", "file");
  say("no buffer", writev(fd, parts, 0));
  say("as many as there may be, empty", writev(fd, many, IOV_MAX));
  say("one more", writev(fd, many, IOV_MAX + 1));
  fd = open("file", O_RDONLY);
  say("read-only", writev(fd, parts, 2));
}


PROBE(lseek) {
  int fds[2];
  int fd;

  fd = opened("file", "text");
  say("from the start", lseek(fd, 3, SEEK_SET));
  say("from here", lseek(fd, -1, SEEK_CUR));
  say("from the end", lseek(fd, 10, SEEK_END));
  say("before the start", lseek(fd, -1, SEEK_SET));
  say("an unknown way", lseek(fd, 0, 99));
  if (pipe(fds) != 0)
    failed("pipe()");
  say("a pipe", lseek(fds[0], 0, SEEK_CUR));
  say("a socket", lseek(socket(AF_INET, SOCK_STREAM, 0), 0, SEEK_CUR));
  say("not open", lseek(1000, 0, SEEK_CUR));
}


PROBE(pipe) {
  char bytes[4];
  int fds[2];

  say("a pipe", pipe(fds));
  say("to read from", fds[0]);
  say("to write to", fds[1]);
  say("written", write(fds[1], "abc", 3));
  say("read", read(fds[0], bytes, sizeof(bytes)));
  say("blocks", fcntl(fds[0], F_GETFL) & O_NONBLOCK);
}


PROBE(pipe2) {
  char byte;
  int fds[2];

  say("O_CLOEXEC and O_NONBLOCK", pipe2(fds, O_CLOEXEC | O_NONBLOCK));
  yes("close on exec", fcntl(fds[0], F_GETFD) == FD_CLOEXEC);
  say("nothing there", read(fds[0], &byte, 1));
  say("an unknown flag", pipe2(fds, O_TRUNC));
}


PROBE(dup) {
  char bytes[4];
  int fds[2];
  int one;
  int two;

  one = opened("file", "text");
  two = dup(one);
  yes("the lowest number that is free", two == one + 1);
  read(one, bytes, 1);
  say("one offset for both", lseek(two, 0, SEEK_CUR));
  close(one);
  say("what is left when one is closed", read(two, bytes, sizeof(bytes)));
  say("the number is free", dup(two));
  say("not open", dup(1000));
  say("-1", dup(-1));
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds) != 0)
    failed("socketpair()");
  two = dup(fds[0]);
  close(fds[0]);
  say("a socket goes on", write(two, "abc", 3));
  say("and its peer reads", read(fds[1], bytes, sizeof(bytes)));
}


PROBE(dup2) {
  char bytes[4];
  int file;
  int fds[2];

  file = opened("file", "text");
  if (pipe(fds) != 0)
    failed("pipe()");
  yes("over a pipe's end", dup2(file, fds[0]) == fds[0]);
  say("reads the file", read(fds[0], bytes, sizeof(bytes)));
  yes("onto itself", dup2(file, file) == file);
  say("not open", dup2(1000, file));
  say("a number that is too large", dup2(file, INT_MAX));
  say("-1", dup2(file, -1));
  say("a number of choice", dup2(file, 100));
  say("over standard input", dup2(file, 0));
  lseek(file, 0, SEEK_SET);
  say("reads the file", read(0, bytes, sizeof(bytes)));
}


PROBE(fcntl_F_GETFD) {
  int other;
  int fd;

  fd = opened("file", "");
  say("at first", fcntl(fd, F_GETFD));
  say("set", fcntl(fd, F_SETFD, FD_CLOEXEC));
  say("then", fcntl(fd, F_GETFD));
  say("a duplicate", fcntl(dup(fd), F_GETFD));
  other = open("file", O_RDONLY | O_CLOEXEC);
  say("O_CLOEXEC", fcntl(other, F_GETFD));
  other = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  say("SOCK_CLOEXEC", fcntl(other, F_GETFD));
  say("not open", fcntl(1000, F_GETFD));
}


PROBE(fcntl_F_GETFL) {
  int fds[2];
  int fd;

  fd = open("file", O_WRONLY | O_CREAT | O_APPEND, 0644);
  yes("write-only", (fcntl(fd, F_GETFL) & O_ACCMODE) == O_WRONLY);
  yes("O_APPEND", fcntl(fd, F_GETFL) & O_APPEND);
  yes("O_CREAT", fcntl(fd, F_GETFL) & O_CREAT);
  say("without O_APPEND", fcntl(fd, F_SETFL, O_NONBLOCK));
  yes("O_APPEND", fcntl(fd, F_GETFL) & O_APPEND);
  yes("O_NONBLOCK", fcntl(fd, F_GETFL) & O_NONBLOCK);
  yes("still write-only", (fcntl(fd, F_GETFL) & O_ACCMODE) == O_WRONLY);
  if (pipe(fds) != 0)
    failed("pipe()");
  yes("a pipe's end to read", (fcntl(fds[0], F_GETFL) & O_ACCMODE) == O_RDONLY);
  yes("to write", (fcntl(fds[1], F_GETFL) & O_ACCMODE) == O_WRONLY);
  fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
  yes("a socket", (fcntl(fd, F_GETFL) & O_ACCMODE) == O_RDWR);
  yes("O_NONBLOCK", fcntl(fd, F_GETFL) & O_NONBLOCK);
  yes("shared with a duplicate", fcntl(dup(fd), F_GETFL) & O_NONBLOCK);
  say("not open", fcntl(1000, F_GETFL));
  say("an unknown command", fcntl(fd, 12345));
}


PROBE(fcntl_F_DUPFD) {
  int fd;

  fd = opened("file", "");
  say("from 50 on", fcntl(fd, F_DUPFD, 50));
  say("again", fcntl(fd, F_DUPFD, 50));
  say("close on exec", fcntl(fd, F_DUPFD_CLOEXEC, 50));
  say("is set", fcntl(52, F_GETFD));
  say("a socket", fcntl(socket(AF_INET, SOCK_STREAM, 0), F_DUPFD, 60));
  say("negative", fcntl(fd, F_DUPFD, -1));
  say("too large", fcntl(fd, F_DUPFD, INT_MAX));
  say("not open", fcntl(1000, F_DUPFD, 0));
}


PROBE(ioctl_FIONREAD) {
  int count;
  int fds[2];

  count = -1;
  if (pipe(fds) != 0)
    failed("pipe()");
  write(fds[1], "abc", 3);
  say("a pipe", ioctl(fds[0], FIONREAD, &count));
  say("has", count);
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds) != 0)
    failed("socketpair()");
  write(fds[1], "abcde", 5);
  say("a socket pair", ioctl(fds[0], FIONREAD, &count));
  say("has", count);
  tcp_pair(fds);
  write(fds[1], "ab", 2);
  readable(fds[0]);
  say("TCP", ioctl(fds[0], FIONREAD, &count));
  say("has", count);
  say("a listener", ioctl(bound(SOCK_STREAM), FIONREAD, &count));
  say("a file", ioctl(opened("file", "text"), FIONREAD, &count));
  say("has", count);
  say("not open", ioctl(1000, FIONREAD, &count));
}


PROBE(ioctl_FIONBIO) {
  char byte;
  int fds[2];
  int on;
  int fd;

  on = 1;
  fd = socket(AF_INET, SOCK_DGRAM, 0);
  say("a socket", ioctl(fd, FIONBIO, &on));
  yes("O_NONBLOCK", fcntl(fd, F_GETFL) & O_NONBLOCK);
  if (pipe(fds) != 0)
    failed("pipe()");
  say("a pipe", ioctl(fds[0], FIONBIO, &on));
  say("nothing there", read(fds[0], &byte, 1));
  on = 0;
  say("off", ioctl(fds[0], FIONBIO, &on));
  yes("O_NONBLOCK", fcntl(fds[0], F_GETFL) & O_NONBLOCK);
  say("not open", ioctl(1000, FIONBIO, &on));
}


PROBE(closefrom) {
  int first;
  int last;

  first = dup(2);
  last = fcntl(first, F_DUPFD, 40);
  if (first < 0 || last < 0)
    failed("dup()");
  closefrom(last + 1);
  say("below it", fcntl(last, F_GETFD));
  closefrom(first);
  say("the first", fcntl(first, F_GETFD));
  say("the last", fcntl(last, F_GETFD));
  say("the lowest free number", dup(2) - first);
  say("below", fcntl(2, F_GETFD));
}


PROBE(close_range) {
  int first;
  int last;

  first = dup(2);
  last = fcntl(first, F_DUPFD, 40);
  if (first < 0 || last < 0)
    failed("dup()");
  say("one", close_range(first, first, 0));
  say("is closed", fcntl(first, F_GETFD));
  say("another", fcntl(last, F_GETFD));
  say("none there", close_range(50, 60, 0));
  say("close on exec", close_range(last, ~0U, CLOSE_RANGE_CLOEXEC));
  say("is set", fcntl(last, F_GETFD));
  say("all", close_range(first, ~0U, 0));
  say("is closed", fcntl(last, F_GETFD));
  say("an empty range", close_range(5, 4, 0));
  say("an unknown flag", close_range(50, 60, 1));
}

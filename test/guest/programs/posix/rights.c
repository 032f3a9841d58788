/* SPDX-License-Identifier: MIT */

/* Descriptors that sockets of AF_UNIX pass. Nothing waits here, so it runs under
 * every driver.
 */

#include <uv/pump.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>


#define NONE (-1)
#define MOST 300

static char bytes[64];
static char control[4096];
static int passed[MOST];
static int count;


static const char* reason(void) {
  switch (errno) {
    case EAGAIN:
      return "EAGAIN";
    case EBADF:
      return "EBADF";
    case ECONNRESET:
      return "ECONNRESET";
    case EINVAL:
      return "EINVAL";
    case EMSGSIZE:
      return "EMSGSIZE";
    default:
      return strerror(errno);
  }
}


static void say(const char* what, long r) {
  printf("%s: %ld %s\n", what, r, r < 0 ? reason() : "");
}


/* The lowest free number, which tells how many are open. */
static int lowest(void) {
  int fd;

  fd = dup(0);
  close(fd);
  return fd;
}


/* Sends `size` bytes with `nfds` descriptors, or NONE. */
static long pass(int fd, size_t size, const int* fds, int nfds) {
  struct cmsghdr* header;
  struct msghdr msg;
  struct iovec part;

  memset(&msg, 0, sizeof(msg));
  memset(control, 0, sizeof(control));
  part.iov_base = bytes;
  part.iov_len = size;
  msg.msg_iov = &part;
  msg.msg_iovlen = 1;
  if (nfds != NONE) {
    msg.msg_control = control;
    msg.msg_controllen = CMSG_SPACE(nfds * sizeof(int));
    header = CMSG_FIRSTHDR(&msg);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(nfds * sizeof(int));
    memcpy(CMSG_DATA(header), fds, nfds * sizeof(int));
  }

  return sendmsg(fd, &msg, MSG_DONTWAIT | MSG_NOSIGNAL);
}


/* Receives, and reports the descriptors, which are in `passed` then. `room` is in
 * bytes behind the header.
 */
static void receive(const char* what,
                    int fd,
                    size_t size,
                    int room,
                    int flags) {
  struct cmsghdr* header;
  struct msghdr msg;
  struct iovec part;
  long r;

  memset(&msg, 0, sizeof(msg));
  part.iov_base = bytes;
  part.iov_len = size;
  msg.msg_iov = &part;
  msg.msg_iovlen = 1;
  msg.msg_control = room == NONE ? NULL : control;
  msg.msg_controllen = room == NONE ? 0 : CMSG_LEN(room);
  count = 0;
  r = recvmsg(fd, &msg, flags | MSG_DONTWAIT);
  if (r < 0) {
    say(what, r);
    return;
  }

  header = CMSG_FIRSTHDR(&msg);
  if (header != NULL) {
    count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    memcpy(passed, CMSG_DATA(header), count * sizeof(int));
  }

  printf("%s: %ld bytes, %d descriptors, flags %x, none more: %d\n",
         what,
         r,
         count,
         msg.msg_flags,
         header == NULL || CMSG_NXTHDR(&msg, header) == NULL);
}


static void close_passed(void) {
  while (count > 0)
    close(passed[--count]);
}


static void boundaries(int type) {
  int pipes[2];
  int fds[2];

  socketpair(AF_UNIX, type, 0, fds);
  pipe(pipes);
  say("four bytes", pass(fds[0], 4, NULL, NONE));
  say("one with a descriptor", pass(fds[0], 1, pipes, 1));
  say("four more", pass(fds[0], 4, NULL, NONE));
  receive("the first call", fds[1], 64, 80, 0);
  close_passed();
  receive("the second", fds[1], 64, 80, 0);
  close_passed();
  receive("the third", fds[1], 64, 80, 0);
  close_passed();

  pass(fds[0], 4, pipes, 2);
  pass(fds[0], 4, pipes, 1);
  receive("a part", fds[1], 2, 80, 0);
  close_passed();
  receive("the rest", fds[1], 64, 80, 0);
  close_passed();
  receive("what is left", fds[1], 64, 80, 0);
  close_passed();

  pass(fds[0], 4, pipes, 1);
  receive("a part to peek at", fds[1], 2, 80, MSG_PEEK);
  close_passed();
  receive("all to peek at", fds[1], 64, 80, MSG_PEEK);
  close_passed();
  receive("received", fds[1], 64, 80, MSG_CMSG_CLOEXEC);
  say("close on exec", fcntl(passed[0], F_GETFD));
  close_passed();

  pass(fds[0], 2, pipes, 1);
  pass(fds[0], 2, NULL, NONE);
  say("read()", read(fds[1], bytes, 64));
  say("read() again", read(fds[1], bytes, 64));
  close(fds[0]);
  close(fds[1]);
  close(pipes[0]);
  close(pipes[1]);
  say("open", lowest());
}


static void room(int type) {
  int pipes[2];
  int fds[2];
  int i;

  static const int rooms[] = { 8, 4, 6, 7, 0, -8, NONE };

  socketpair(AF_UNIX, type, 0, fds);
  pipe(pipes);
  for (i = 0; i < 7; i++) {
    pass(fds[0], 1, pipes, 2);
    receive("little room", fds[1], 64, rooms[i], 0);
    close_passed();
  }

  say("open", lowest());
  close(fds[0]);
  close(fds[1]);
  close(pipes[0]);
  close(pipes[1]);
}


static void limits(void) {
  static int many[MOST];
  struct cmsghdr* header;
  struct msghdr msg;
  struct iovec part;
  int fds[2];
  int i;

  socketpair(AF_UNIX, SOCK_STREAM, 0, fds);
  for (i = 0; i < MOST; i++)
    many[i] = fds[0];

  say("253", pass(fds[0], 1, many, 253));
  receive("all", fds[1], 64, 4000, 0);
  close_passed();
  say("254", pass(fds[0], 1, many, 254));
  many[1] = 5000;
  say("one that is not open", pass(fds[0], 1, many, 2));
  many[1] = -1;
  say("a negative one", pass(fds[0], 1, many, 2));
  say("none", pass(fds[0], 1, many, 0));
  receive("none", fds[1], 64, 80, 0);
  say("without a byte", pass(fds[0], 0, many, 1));
  receive("nothing", fds[1], 64, 80, 0);

  memset(&msg, 0, sizeof(msg));
  part.iov_base = bytes;
  part.iov_len = 1;
  msg.msg_iov = &part;
  msg.msg_iovlen = 1;
  msg.msg_control = control;
  msg.msg_controllen = CMSG_SPACE(sizeof(int));
  header = CMSG_FIRSTHDR(&msg);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(0) - 1;
  say("a short header", sendmsg(fds[0], &msg, 0));
  header->cmsg_len = CMSG_SPACE(sizeof(int)) + 1;
  say("a long header", sendmsg(fds[0], &msg, 0));
  msg.msg_controllen = 0;
  msg.msg_iovlen = 1025;
  say("too many buffers", sendmsg(fds[0], &msg, 0));
  close(fds[0]);
  close(fds[1]);
  say("open", lowest());
}


/* What is passed stays what it is: one description for both numbers. */
static void kinds(void) {
  struct epoll_event event;
  struct stat status;
  int fds[2];
  int sent[3];

  socketpair(AF_UNIX, SOCK_DGRAM, 0, fds);
  sent[0] = open("/tmp/rights", O_CREAT | O_TRUNC | O_RDWR, 0600);
  sent[1] = eventfd(0, EFD_NONBLOCK);
  sent[2] = epoll_create1(0);
  unlink("/tmp/rights");
  event.events = EPOLLIN;
  event.data.u32 = 7;
  epoll_ctl(sent[2], EPOLL_CTL_ADD, sent[1], &event);
  write(sent[0], "abcdef", 6);
  lseek(sent[0], 2, SEEK_SET);
  say("three kinds", pass(fds[0], 0, sent, 3));
  close(sent[0]);
  close(sent[1]);
  close(sent[2]);
  receive("an empty message", fds[1], 64, 80, 0);
  say("the file", read(passed[0], bytes, 2));
  say("goes on", bytes[0] == 'c');
  fstat(passed[0], &status);
  say("its size", status.st_size);
  say("the event", eventfd_write(passed[1], 3));
  say("is watched", epoll_wait(passed[2], &event, 1, 0));
  say("as", event.data.u32);
  close_passed();
  close(fds[0]);
  close(fds[1]);
  say("open", lowest());
}


/* Descriptors that never arrive are closed, and the other end notices. */
static void dropped(int type) {
  int pipes[2];
  int fds[2];

  socketpair(AF_UNIX, type, 0, fds);
  pipe(pipes);
  fcntl(pipes[0], F_SETFL, O_NONBLOCK);
  pass(fds[0], 1, pipes + 1, 1);
  close(pipes[1]);
  say("on its way", read(pipes[0], bytes, 1));
  close(fds[0]);
  say("its sender is closed", read(pipes[0], bytes, 1));
  close(fds[1]);
  say("its receiver is closed", read(pipes[0], bytes, 1));
  close(pipes[0]);
  say("open", lowest());
}


/* Two sockets that wait in each other can never be received. */
static void cycles(int type) {
  int one[2];
  int two[2];
  int i;

  socketpair(AF_UNIX, type, 0, one);
  socketpair(AF_UNIX, type, 0, two);
  say("one in two", pass(one[0], 1, two + 1, 1));
  say("two in one", pass(two[0], 1, one + 1, 1));
  for (i = 0; i < 2; i++) {
    close(one[i]);
    close(two[i]);
  }

  say("open", lowest());
}


/* Sockets in sockets, of which the outermost is received. */
static void nested(int type) {
  int inner[2];
  int outer[2];

  socketpair(AF_UNIX, type, 0, inner);
  socketpair(AF_UNIX, type, 0, outer);
  write(inner[0], "inner", 5);
  pass(outer[0], 1, inner + 1, 1);
  close(inner[1]);
  close(inner[0]);
  receive("the inner one", outer[1], 64, 80, 0);
  say("has what was sent", read(passed[0], bytes, 64));
  close_passed();
  close(outer[0]);
  close(outer[1]);
  say("open", lowest());
}


/* Sockets of the internet take no notice. */
static void internet(void) {
  struct sockaddr_in addr;
  socklen_t len;
  int bad;
  int fd;

  fd = socket(AF_INET, SOCK_DGRAM, 0);
  memset(&addr, 0, sizeof(addr));
  addr.sin_family = AF_INET;
  addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  bind(fd, (struct sockaddr*) &addr, sizeof(addr));
  len = sizeof(addr);
  getsockname(fd, (struct sockaddr*) &addr, &len);
  connect(fd, (struct sockaddr*) &addr, len);
  bad = 5000;
  say("UDP", pass(fd, 3, &bad, 1));
  close(fd);
}


int main(void) {
  static const int types[] = { SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET };
  int i;

  for (i = 0; i < 3; i++) {
    printf("type %d\n", types[i]);
    boundaries(types[i]);
    room(types[i]);
    dropped(types[i]);
    cycles(types[i]);
    nested(types[i]);
  }

  limits();
  kinds();
  internet();
  uvp_run_and_exit(uv_default_loop(), NULL);
}

/* SPDX-License-Identifier: MIT */

/* Several messages with one call, and calls that are wrong. */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define COUNT 4

static char bytes[COUNT][8];
static struct iovec parts[COUNT];
static struct mmsghdr msgs[COUNT];


static void say(const char* what, long r) {
  printf("%s: %ld %s\n", what, r, r < 0 ? strerror(errno) : "");
}


static void prepare(void) {
  int i;

  memset(msgs, 0, sizeof(msgs));
  for (i = 0; i < COUNT; i++) {
    parts[i].iov_base = bytes[i];
    parts[i].iov_len = sizeof(bytes[i]);
    msgs[i].msg_hdr.msg_iov = &parts[i];
    msgs[i].msg_hdr.msg_iovlen = 1;
  }
}


static void batches(int send, int receive) {
  struct timespec time;
  int i;

  prepare();
  say("sent", sendmmsg(send, msgs, 3, 0));
  prepare();
  say("all that are there",
      recvmmsg(receive, msgs, COUNT, MSG_WAITFORONE, NULL));
  for (i = 0; i < 3; i++)
    say("length", msgs[i].msg_len);

  sendmmsg(send, msgs, 3, 0);
  time.tv_sec = 0;
  time.tv_nsec = 0;
  say("no time", recvmmsg(receive, msgs, COUNT, 0, &time));
  time.tv_sec = 60;
  say("as many as asked for", recvmmsg(receive, msgs, 2, 0, &time));
  say("time is left", time.tv_sec > 0 && time.tv_sec < 60);
  time.tv_nsec = 1000000000;
  say("a wrong time", recvmmsg(receive, msgs, 1, 0, &time));
  say("nothing", recvmmsg(receive, msgs, 1, MSG_DONTWAIT, NULL));
  say("no messages", recvmmsg(receive, msgs, 0, MSG_DONTWAIT, NULL));
}


static void sockets(void) {
  struct sockaddr_in6 six;
  int fds[2];
  int fd;

  say("no such protocol", socket(AF_INET, SOCK_STREAM, 999));
  say("no such type", socket(AF_INET, SOCK_SEQPACKET, 0));
  say("no such type of AF_UNIX", socket(AF_UNIX, SOCK_RDM, 0));
  say("AF_INET", socketpair(AF_INET, SOCK_STREAM, 0, fds));
  fd = socket(AF_INET, SOCK_STREAM, 0);
  memset(&six, 0, sizeof(six));
  six.sin6_family = AF_INET6;
  say("short, of IPv6",
      bind(fd, (struct sockaddr*) &six, sizeof(struct sockaddr_in)));
  say("too short", bind(fd, (struct sockaddr*) &six, 8));
  close(fd);
}


static void options(void) {
  static const int levels[] = { SOL_SOCKET,  IPPROTO_IP,  IPPROTO_IPV6,
                                IPPROTO_TCP, IPPROTO_UDP, 9999 };
  socklen_t len;
  int value;
  int fds[3];
  int i;
  int k;

  fds[0] = socket(AF_INET, SOCK_STREAM, 0);
  fds[1] = socket(AF_INET6, SOCK_DGRAM, 0);
  fds[2] = socket(AF_UNIX, SOCK_STREAM, 0);
  for (i = 0; i < 3; i++) {
    for (k = 0; k < 6; k++) {
      len = sizeof(value);
      say("read", getsockopt(fds[i], levels[k], 9999, &value, &len));
      say("set", setsockopt(fds[i], levels[k], 9999, &value, sizeof(value)));
    }

    close(fds[i]);
  }
}


static void sizes(int type) {
  static const int values[] = { 20000, 1, 0, 100000 };
  socklen_t len;
  int value;
  int fd;
  int i;

  fd = socket(AF_INET, type, 0);
  for (i = 0; i < 4; i++) {
    value = values[i];
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &value, sizeof(value));
    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &value, sizeof(value));
    len = sizeof(value);
    getsockopt(fd, SOL_SOCKET, SO_RCVBUF, &value, &len);
    say("SO_RCVBUF", value);
    getsockopt(fd, SOL_SOCKET, SO_SNDBUF, &value, &len);
    say("SO_SNDBUF", value);
  }

  close(fd);
}


static void names(void) {
  struct addrinfo* result;
  struct addrinfo hints;
  char name[256];

  memset(&hints, 0, sizeof(hints));
  hints.ai_family = AF_INET;
  say("IPv6 for IPv4",
      getaddrinfo("::1", "80", &hints, &result) == EAI_ADDRFAMILY);
  hints.ai_family = AF_INET6;
  say("IPv4 for IPv6",
      getaddrinfo("127.0.0.1", "80", &hints, &result) == EAI_ADDRFAMILY);
  hints.ai_flags = AI_NUMERICHOST;
  say("no number",
      getaddrinfo("localhost", "80", &hints, &result) == EAI_NONAME);
  hints.ai_flags = AI_CANONNAME;
  say("a name of nothing",
      getaddrinfo(NULL, "80", &hints, &result) == EAI_BADFLAGS);
  say("no room", gethostname(name, 0));
  say("room", gethostname(name, sizeof(name)));
  say("room for all but its end", gethostname(name, strlen(name)));
  say("sendfile() to none", sendfile(1000, 0, NULL, 0) < 0);
}


int main(void) {
  int fds[2];

  socketpair(AF_UNIX, SOCK_DGRAM, 0, fds);
  batches(fds[0], fds[1]);
  sockets();
  options();
  sizes(SOCK_STREAM);
  sizes(SOCK_DGRAM);
  names();
  return 0;
}

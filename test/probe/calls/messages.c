/* SPDX-License-Identifier: MIT */

#include "probe.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <unistd.h>


PROBE(send) {
  char bytes[8];
  int fds[2];
  int udp;

  signal(SIGPIPE, SIG_IGN);
  tcp_pair(fds);
  say("bytes", send(fds[0], "abc", 3, 0));
  say("no bytes", send(fds[0], "", 0, 0));
  say("MSG_NOSIGNAL", send(fds[0], "a", 1, MSG_NOSIGNAL));
  say("MSG_MORE", send(fds[0], "a", 1, MSG_MORE));
  say("MSG_DONTWAIT", send(fds[0], "a", 1, MSG_DONTWAIT));
  say("all arrive", recv(fds[1], bytes, 6, MSG_WAITALL));
  say("unconnected", send(socket(AF_INET, SOCK_STREAM, 0), "a", 1, 0));
  udp = bound(SOCK_DGRAM);
  say("UDP without a peer", send(udp, "a", 1, 0));
  if (pipe(fds) != 0)
    failed("pipe()");
  say("a pipe", send(fds[1], "a", 1, 0));
  say("a file", send(opened("file", ""), "a", 1, 0));
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds) != 0)
    failed("socketpair()");
  close(fds[1]);
  say("a closed peer", send(fds[0], "a", 1, MSG_NOSIGNAL));
  say("not open", send(1000, "a", 1, 0));
}


PROBE(sendto) {
  static char large[70000];
  struct sockaddr_in addr;
  struct sockaddr_in other;
  int client;
  int fds[2];
  int server;

  server = bound(SOCK_DGRAM);
  addr = loopback(port_of(server));
  other = loopback(port_of(bound(SOCK_DGRAM)));
  client = socket(AF_INET, SOCK_DGRAM, 0);
#define TO(a) (struct sockaddr*) &(a), sizeof(a)
  say("UDP", sendto(client, "abc", 3, 0, TO(addr)));
  say("no bytes", sendto(client, "", 0, 0, TO(addr)));
  say("MSG_CONFIRM", sendto(client, "a", 1, MSG_CONFIRM, TO(addr)));
  say("too large", sendto(client, large, sizeof(large), 0, TO(addr)));
  say("no address", sendto(client, "a", 1, 0, NULL, 0));
  connect(client, TO(addr));
  say("connected", sendto(client, "a", 1, 0, NULL, 0));
  say("to another", sendto(client, "a", 1, 0, TO(other)));
  addr.sin_port = 0;
  say("port 0", sendto(bound(SOCK_DGRAM), "a", 1, 0, TO(addr)));
  addr.sin_family = 99;
  say("an unknown family", sendto(client, "a", 1, 0, TO(addr)));
  tcp_pair(fds);
  say("an address on TCP", sendto(fds[0], "a", 1, 0, TO(other)));
}


/* A message of two buffers. */
static struct msghdr* two_parts(char* one, int first, char* two, int second) {
  static struct iovec parts[2];
  static struct msghdr msg;

  memset(&msg, 0, sizeof(msg));
  parts[0].iov_base = one;
  parts[0].iov_len = first;
  parts[1].iov_base = two;
  parts[1].iov_len = second;
  msg.msg_iov = parts;
  msg.msg_iovlen = 2;
  return &msg;
}


PROBE(sendmsg) {
  struct sockaddr_in addr;
  struct msghdr* msg;
  char one[4] = "abc";
  char two[4] = "def";
  int fds[2];
  int server;
  int client;

  tcp_pair(fds);
  msg = two_parts(one, 3, two, 3);
  say("two buffers", sendmsg(fds[0], msg, 0));
  msg->msg_iovlen = 0;
  say("no buffer", sendmsg(fds[0], msg, 0));
  server = bound(SOCK_DGRAM);
  addr = loopback(port_of(server));
  client = socket(AF_INET, SOCK_DGRAM, 0);
  msg = two_parts(one, 3, two, 3);
  msg->msg_name = &addr;
  msg->msg_namelen = sizeof(addr);
  say("to an address", sendmsg(client, msg, MSG_NOSIGNAL));
  say("one message", recv(server, one, 1, MSG_TRUNC));
  msg->msg_iovlen = 0;
  say("an empty message", sendmsg(client, msg, 0));
  say("arrives", recv(server, one, 1, 0));
  msg->msg_iovlen = 2000;
  say("too many buffers", sendmsg(client, msg, 0));
  say("not open", sendmsg(1000, msg, 0));
}


/* Passes a descriptor with one byte, or receives one into `fd`. */
static long pass(int socket, int* fd, int receive, int flags) {
  union {
    struct cmsghdr header;
    char bytes[CMSG_SPACE(sizeof(int))];
  } control;
  struct cmsghdr* header;
  struct iovec part;
  struct msghdr msg;
  char byte;
  long result;

  byte = 'x';
  memset(&msg, 0, sizeof(msg));
  memset(&control, 0, sizeof(control));
  part.iov_base = &byte;
  part.iov_len = 1;
  msg.msg_iov = &part;
  msg.msg_iovlen = 1;
  msg.msg_control = &control;
  msg.msg_controllen = sizeof(control.bytes);
  header = CMSG_FIRSTHDR(&msg);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof(int));
  if (!receive) {
    memcpy(CMSG_DATA(header), fd, sizeof(*fd));
    return sendmsg(socket, &msg, flags);
  }

  result = recvmsg(socket, &msg, flags);
  header = CMSG_FIRSTHDR(&msg);
  *fd = -1;
  if (result >= 0 && header != NULL && header->cmsg_type == SCM_RIGHTS)
    memcpy(fd, CMSG_DATA(header), sizeof(*fd));
  return result;
}


PROBE(sendmsg_SCM_RIGHTS) {
  struct timeval time = { 0, 500000 };
  char bytes[8];
  int pipes[2];
  int fds[2];
  int fd;

  if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds) != 0 || pipe(pipes) != 0)
    failed("socketpair() or pipe()");
  /* What is refused never arrives. */
  setsockopt(fds[1], SOL_SOCKET, SO_RCVTIMEO, &time, sizeof(time));
  say("a pipe's end", pass(fds[0], &pipes[0], 0, 0));
  close(pipes[0]);
  say("received", pass(fds[1], &fd, 1, MSG_CMSG_CLOEXEC));
  yes("another number", fd >= 0 && fd != fds[0]);
  say("close on exec", fcntl(fd, F_GETFD));
  write(pipes[1], "abc", 3);
  say("it reads", read(fd, bytes, sizeof(bytes)));
  fd = opened("file", "text");
  say("a file", pass(fds[0], &fd, 0, 0));
  say("received", pass(fds[1], &fd, 1, 0));
  say("it reads", read(fd, bytes, sizeof(bytes)));
  fd = 1000;
  say("not open", pass(fds[0], &fd, 0, 0));
  pass(fds[0], &fds[0], 0, 0);
  say("not asked for", recv(fds[1], bytes, 1, 0));
}


PROBE(recv) {
  char bytes[8];
  int fds[2];
  int server;
  int client;
  struct sockaddr_in addr;

  tcp_pair(fds);
  say("nothing there", recv(fds[1], bytes, 8, MSG_DONTWAIT));
  send(fds[0], "abcdef", 6, 0);
  readable(fds[1]);
  say("MSG_PEEK", recv(fds[1], bytes, 3, MSG_PEEK));
  say("MSG_WAITALL", recv(fds[1], bytes, 4, MSG_WAITALL));
  say("MSG_NOSIGNAL", recv(fds[1], bytes, 1, MSG_NOSIGNAL));
  say("no bytes", recv(fds[1], bytes, 0, 0));
  say("the last", recv(fds[1], bytes, 8, 0));
  close(fds[0]);
  say("the end", recv(fds[1], bytes, 8, 0));
  say("unconnected", recv(socket(AF_INET, SOCK_STREAM, 0), bytes, 8, 0));
  server = bound(SOCK_DGRAM);
  addr = loopback(port_of(server));
  client = socket(AF_INET, SOCK_DGRAM, 0);
  sendto(client, "abcdef", 6, 0, (struct sockaddr*) &addr, sizeof(addr));
  say("MSG_TRUNC of UDP", recv(server, bytes, 3, MSG_TRUNC));
  say("the rest is lost", recv(server, bytes, 3, MSG_DONTWAIT));
  say("a file", recv(opened("file", ""), bytes, 8, 0));
  say("not open", recv(1000, bytes, 8, 0));
}


PROBE(recvfrom) {
  struct sockaddr_in addr;
  socklen_t size;
  char bytes[8];
  int fds[2];
  int server;
  int client;

  server = bound(SOCK_DGRAM);
  addr = loopback(port_of(server));
  client = bound(SOCK_DGRAM);
  sendto(client, "abcdef", 6, 0, (struct sockaddr*) &addr, sizeof(addr));
  size = sizeof(addr);
  say("a part", recvfrom(server, bytes, 3, 0, (struct sockaddr*) &addr, &size));
  say("the size of its address", size);
  yes("which is the sender's", ntohs(addr.sin_port) == port_of(client));
  tcp_pair(fds);
  send(fds[0], "abc", 3, 0);
  size = sizeof(addr);
  say("TCP", recvfrom(fds[1], bytes, 8, 0, (struct sockaddr*) &addr, &size));
  say("has no address", size);
}


PROBE(recvmsg) {
  struct sockaddr_in addr;
  struct msghdr* msg;
  char one[4] = "";
  char two[4] = "";
  int fds[2];
  int server;

  tcp_pair(fds);
  send(fds[0], "abcde", 5, 0);
  readable(fds[1]);
  msg = two_parts(one, 3, two, 3);
  say("two buffers", recvmsg(fds[1], msg, MSG_CMSG_CLOEXEC));
  text("the first", one);
  text("the second", two);
  server = bound(SOCK_DGRAM);
  addr = loopback(port_of(server));
  sendto(server, "abcdefgh", 8, 0, (struct sockaddr*) &addr, sizeof(addr));
  msg->msg_name = &addr;
  msg->msg_namelen = sizeof(addr);
  say("a large message", recvmsg(server, msg, 0));
  yes("is cut", msg->msg_flags & MSG_TRUNC);
  say("the size of its address", msg->msg_namelen);
  say("nothing there", recvmsg(server, msg, MSG_DONTWAIT));
  say("not open", recvmsg(1000, msg, 0));
}

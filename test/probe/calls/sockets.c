/* SPDX-License-Identifier: MIT */

#include "probe.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define ADDRESS(addr) (struct sockaddr*) &(addr), sizeof(addr)


PROBE(socket) {
  ok("TCP", socket(AF_INET, SOCK_STREAM, 0));
  ok("TCP by number", socket(AF_INET, SOCK_STREAM, IPPROTO_TCP));
  ok("UDP over IPv6", socket(AF_INET6, SOCK_DGRAM, IPPROTO_UDP));
  ok("AF_UNIX", socket(AF_UNIX, SOCK_STREAM, 0));
  ok("AF_UNIX messages", socket(AF_UNIX, SOCK_DGRAM, 0));
  ok("flags", socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  say("an unknown family", socket(99, SOCK_STREAM, 0));
  say("an unknown type", socket(AF_INET, 99, 0));
  say("UDP's protocol for TCP", socket(AF_INET, SOCK_STREAM, IPPROTO_UDP));
  say("an unknown protocol", socket(AF_INET, SOCK_STREAM, 999));
  say("raw", socket(AF_INET, SOCK_RAW, IPPROTO_ICMP));
}


PROBE(socketpair) {
  char bytes[8];
  int fds[2];

  say("a stream", socketpair(AF_UNIX, SOCK_STREAM, 0, fds));
  write(fds[0], "ab", 2);
  write(fds[0], "cd", 2);
  say("read", read(fds[1], bytes, sizeof(bytes)));
  write(fds[1], "e", 1);
  say("the other way", read(fds[0], bytes, sizeof(bytes)));
  close(fds[0]);
  say("the end", read(fds[1], bytes, sizeof(bytes)));
  say("messages", socketpair(AF_UNIX, SOCK_DGRAM, 0, fds));
  write(fds[0], "ab", 2);
  write(fds[0], "cd", 2);
  say("one message", read(fds[1], bytes, sizeof(bytes)));
  say("in order", socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, fds));
  write(fds[0], "abc", 3);
  say("a part", read(fds[1], bytes, 2));
  say("the rest is lost", read(fds[1], bytes, 2));
  say("AF_INET", socketpair(AF_INET, SOCK_STREAM, 0, fds));
  say("an unknown type", socketpair(AF_UNIX, 99, 0, fds));
}


PROBE(bind) {
  struct sockaddr_in addr;
  int one;
  int two;

  addr = loopback(0);
  one = socket(AF_INET, SOCK_STREAM, 0);
  two = socket(AF_INET, SOCK_STREAM, 0);
  say("a free port", bind(one, ADDRESS(addr)));
  yes("is not 0", port_of(one) != 0);
  say("twice", bind(one, ADDRESS(addr)));
  listen(one, 1);
  addr = loopback(port_of(one));
  say("a taken port", bind(two, ADDRESS(addr)));
  addr = loopback(0);
  addr.sin_addr.s_addr = inet_addr("192.0.2.1");
  say("an address of another machine", bind(two, ADDRESS(addr)));
  addr = loopback(0);
  say("a short address", bind(two, (struct sockaddr*) &addr, 4));
  addr.sin_family = AF_INET6;
  say("another family", bind(two, ADDRESS(addr)));
  addr = loopback(0);
  say("a file", bind(opened("file", ""), ADDRESS(addr)));
  say("not open", bind(1000, ADDRESS(addr)));
  one = bound(SOCK_DGRAM);
  addr = loopback(port_of(one));
  two = socket(AF_INET, SOCK_DGRAM, 0);
  say("a taken port of UDP", bind(two, ADDRESS(addr)));
}


PROBE(listen) {
  int fd;

  fd = socket(AF_INET, SOCK_STREAM, 0);
  say("unbound", listen(fd, 5));
  yes("has a port", port_of(fd) != 0);
  say("again", listen(fd, 9));
  say("UDP", listen(socket(AF_INET, SOCK_DGRAM, 0), 5));
  say("a file", listen(opened("file", ""), 5));
  say("not open", listen(1000, 5));
}


PROBE(accept) {
  struct sockaddr_in addr;
  struct sockaddr_in peer;
  socklen_t size;
  int server;
  int client;
  int fd;

  server = bound(SOCK_STREAM);
  fcntl(server, F_SETFL, O_NONBLOCK);
  say("no connection", accept(server, NULL, NULL));
  addr = loopback(port_of(server));
  client = socket(AF_INET, SOCK_STREAM, 0);
  if (connect(client, ADDRESS(addr)) != 0)
    failed("connect()");
  readable(server);
  size = sizeof(peer);
  fd = accept(server, (struct sockaddr*) &peer, &size);
  ok("a connection", fd);
  say("the size of its address", size);
  yes("which is the client's", ntohs(peer.sin_port) == port_of(client));
  yes("O_NONBLOCK is inherited", fcntl(fd, F_GETFL) & O_NONBLOCK);
  say("not listening", accept(client, NULL, NULL));
  say("UDP", accept(bound(SOCK_DGRAM), NULL, NULL));
  say("a file", accept(opened("file", ""), NULL, NULL));
}


PROBE(accept4) {
  struct sockaddr_in addr;
  int server;
  int client;
  int fd;

  server = bound(SOCK_STREAM);
  addr = loopback(port_of(server));
  client = socket(AF_INET, SOCK_STREAM, 0);
  if (connect(client, ADDRESS(addr)) != 0)
    failed("connect()");
  say("an unknown flag", accept4(server, NULL, NULL, 1));
  fd = accept4(server, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
  ok("flags", fd);
  yes("O_NONBLOCK", fcntl(fd, F_GETFL) & O_NONBLOCK);
  say("close on exec", fcntl(fd, F_GETFD));
}


PROBE(connect) {
  struct sockaddr_in addr;
  struct sockaddr none;
  struct pollfd pollfd;
  int server;
  int fd;

  server = bound(SOCK_STREAM);
  addr = loopback(port_of(server));
  fd = socket(AF_INET, SOCK_STREAM, 0);
  say("a listener", connect(fd, ADDRESS(addr)));
  say("again", connect(fd, ADDRESS(addr)));
  fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  say("without waiting", connect(fd, ADDRESS(addr)));
  pollfd.fd = fd;
  pollfd.events = POLLOUT;
  say("writable", poll(&pollfd, 1, 2000));
  close(server);
  fd = socket(AF_INET, SOCK_STREAM, 0);
  say("without a listener", connect(fd, ADDRESS(addr)));
  addr.sin_family = 99;
  say("an unknown family", connect(fd, ADDRESS(addr)));
  say("a short address", connect(fd, (struct sockaddr*) &addr, 1));
  addr = loopback(port_of(bound(SOCK_DGRAM)));
  fd = socket(AF_INET, SOCK_DGRAM, 0);
  say("UDP", connect(fd, ADDRESS(addr)));
  say("again", connect(fd, ADDRESS(addr)));
  memset(&none, 0, sizeof(none));
  none.sa_family = AF_UNSPEC;
  say("undone", connect(fd, &none, sizeof(none)));
  say("then there is no peer", send(fd, "a", 1, 0));
  say("a file", connect(opened("file", ""), ADDRESS(addr)));
}


PROBE(getsockname) {
  struct sockaddr_storage addr;
  struct sockaddr_in* name;
  socklen_t size;
  int fd;

  name = (struct sockaddr_in*) &addr;
  fd = socket(AF_INET, SOCK_STREAM, 0);
  size = sizeof(addr);
  say("unbound", getsockname(fd, (struct sockaddr*) &addr, &size));
  say("size", size);
  yes("no port", name->sin_port == 0);
  size = sizeof(addr);
  say("a listener", getsockname(bound(SOCK_STREAM), (void*) &addr, &size));
  yes("loopback", name->sin_addr.s_addr == htonl(INADDR_LOOPBACK));
  memset(&addr, 0x55, sizeof(addr));
  size = 4;
  say("no room", getsockname(fd, (struct sockaddr*) &addr, &size));
  say("the size that it needs", size);
  yes("what follows is unchanged", ((char*) &addr)[4] == 0x55);
  size = sizeof(addr);
  fd = socket(AF_UNIX, SOCK_STREAM, 0);
  say("AF_UNIX, unbound", getsockname(fd, (struct sockaddr*) &addr, &size));
  say("size", size);
  say("a file", getsockname(opened("file", ""), (void*) &addr, &size));
  say("not open", getsockname(1000, (void*) &addr, &size));
}


PROBE(getpeername) {
  struct sockaddr_in addr;
  socklen_t size;
  int fds[2];

  tcp_pair(fds);
  size = sizeof(addr);
  say("connected", getpeername(fds[0], (struct sockaddr*) &addr, &size));
  yes("the peer's port", ntohs(addr.sin_port) == port_of(fds[1]));
  say("a listener", getpeername(bound(SOCK_STREAM), (void*) &addr, &size));
  say("UDP", getpeername(bound(SOCK_DGRAM), (void*) &addr, &size));
  say("a file", getpeername(opened("file", ""), (void*) &addr, &size));
}


PROBE(shutdown) {
  char byte;
  int fds[2];

  signal(SIGPIPE, SIG_IGN);
  tcp_pair(fds);
  say("to write", shutdown(fds[0], SHUT_WR));
  say("again", shutdown(fds[0], SHUT_WR));
  say("the peer reads the end", recv(fds[1], &byte, 1, 0));
  say("no more can be sent", send(fds[0], "a", 1, 0));
  say("the peer still sends", send(fds[1], "a", 1, 0));
  say("which is received", recv(fds[0], &byte, 1, 0));
  say("to read", shutdown(fds[0], SHUT_RD));
  say("is the end", recv(fds[0], &byte, 1, 0));
  say("both", shutdown(fds[1], SHUT_RDWR));
  say("an unknown way", shutdown(fds[1], 9));
  say("unconnected", shutdown(socket(AF_INET, SOCK_STREAM, 0), SHUT_WR));
  say("a listener", shutdown(bound(SOCK_STREAM), SHUT_RDWR));
  say("a file", shutdown(opened("file", ""), SHUT_RDWR));
  say("not open", shutdown(1000, SHUT_RDWR));
}


/* An abstract name, which another run at the same time does not use. */
static socklen_t abstract(struct sockaddr_un* addr, const char* name) {
  static unsigned int run;
  int size;

  if (run == 0 && getentropy(&run, sizeof(run)) != 0)
    failed("getentropy()");

  memset(addr, 0, sizeof(*addr));
  addr->sun_family = AF_UNIX;
  size = snprintf(addr->sun_path + 1, 32, "libuv-wasm-%s-%08x", name, run);
  return offsetof(struct sockaddr_un, sun_path) + 1 + size;
}


PROBE(socket_AF_UNIX) {
  struct sockaddr_un addr;
  struct sockaddr_un from;
  socklen_t size;
  char bytes[8];
  int one;
  int two;

  one = socket(AF_UNIX, SOCK_DGRAM, 0);
  two = socket(AF_UNIX, SOCK_DGRAM, 0);
  ok("messages", one);
  size = abstract(&addr, "one");
  say("a name", bind(one, (struct sockaddr*) &addr, size));
  say("a taken name", bind(two, (struct sockaddr*) &addr, size));
  say("sent", sendto(two, "abc", 3, 0, (struct sockaddr*) &addr, size));
  size = sizeof(from);
  say("received", recvfrom(one, bytes, 8, 0, (struct sockaddr*) &from, &size));
  say("the size of the sender's name", size);
  size = abstract(&addr, "none");
  say("a name of none", sendto(two, "a", 1, 0, (struct sockaddr*) &addr, size));
  size = abstract(&addr, "two");
  one = socket(AF_UNIX, SOCK_STREAM, 0);
  two = socket(AF_UNIX, SOCK_STREAM, 0);
  say("a stream's name", bind(one, (struct sockaddr*) &addr, size));
  say("listening", listen(one, 4));
  say("connected", connect(two, (struct sockaddr*) &addr, size));
  one = accept(one, NULL, NULL);
  write(two, "abc", 3);
  say("read", read(one, bytes, sizeof(bytes)));
}

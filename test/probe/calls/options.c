/* SPDX-License-Identifier: MIT */

#include "probe.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <netinet/tcp.h>


/* Sets an option that is a number, and reports its value. */
static void set(const char* what, int fd, int level, int option, int value) {
  socklen_t size;
  int err;

  size = sizeof(value);
  err = setsockopt(fd, level, option, &value, size);
  if (err == 0)
    err = getsockopt(fd, level, option, &value, &size);
  say(what, err == 0 ? value : err);
}


/* Reports the value of an option that is a number. */
static void get(const char* what, int fd, int level, int option) {
  socklen_t size;
  int value;

  value = -12345;
  size = sizeof(value);
  if (getsockopt(fd, level, option, &value, &size) != 0)
    say(what, -1);
  else
    say(what, value);
}


static int tcp(void) {
  return socket(AF_INET, SOCK_STREAM, 0);
}


static int udp(void) {
  return socket(AF_INET, SOCK_DGRAM, 0);
}


PROBE(getsockopt) {
  socklen_t size;
  int value;
  int fd;

  fd = tcp();
  get("SO_TYPE", fd, SOL_SOCKET, SO_TYPE);
  get("SO_TYPE of UDP", udp(), SOL_SOCKET, SO_TYPE);
  get("SO_ERROR", fd, SOL_SOCKET, SO_ERROR);
  get("SO_ACCEPTCONN", fd, SOL_SOCKET, SO_ACCEPTCONN);
  get("SO_ACCEPTCONN of a listener",
      bound(SOCK_STREAM),
      SOL_SOCKET,
      SO_ACCEPTCONN);
  get("SO_DOMAIN", fd, SOL_SOCKET, SO_DOMAIN);
  get("SO_PROTOCOL", fd, SOL_SOCKET, SO_PROTOCOL);
  get("an unknown option", fd, SOL_SOCKET, 9999);
  get("an unknown level", fd, 9999, 1);
  get("a file", opened("file", ""), SOL_SOCKET, SO_TYPE);
  get("not open", 1000, SOL_SOCKET, SO_TYPE);
  value = -1;
  size = 1;
  say("a short buffer", getsockopt(fd, SOL_SOCKET, SO_TYPE, &value, &size));
  say("its size", size);
}


PROBE(setsockopt_SO_REUSEADDR) {
  int fd;
  int on;

  on = 1;
  fd = tcp();
  set("SO_REUSEADDR", fd, SOL_SOCKET, SO_REUSEADDR, 1);
  set("off", fd, SOL_SOCKET, SO_REUSEADDR, 0);
  set("SO_KEEPALIVE", fd, SOL_SOCKET, SO_KEEPALIVE, 5);
  set("SO_BROADCAST", udp(), SOL_SOCKET, SO_BROADCAST, 1);
  set("SO_OOBINLINE", fd, SOL_SOCKET, SO_OOBINLINE, 1);
  set("SO_PRIORITY", fd, SOL_SOCKET, SO_PRIORITY, 3);
  set("SO_RCVLOWAT", fd, SOL_SOCKET, SO_RCVLOWAT, 2);
  say("a short value", setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, 1));
  say("an unknown option", setsockopt(fd, SOL_SOCKET, 9999, &on, sizeof(on)));
  say("read-only", setsockopt(fd, SOL_SOCKET, SO_TYPE, &on, sizeof(on)));
  say("a file",
      setsockopt(opened("file", ""),
                 SOL_SOCKET,
                 SO_REUSEADDR,
                 &on,
                 sizeof(on)));
  say("not open", setsockopt(1000, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)));
}


PROBE(setsockopt_SO_REUSEPORT) {
  struct sockaddr_in addr;
  int on;
  int one;
  int two;

  on = 1;
  one = tcp();
  two = tcp();
  addr = loopback(0);
  say("TCP", setsockopt(one, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on)));
  setsockopt(two, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on));
  say("bound", bind(one, (struct sockaddr*) &addr, sizeof(addr)));
  say("listening", listen(one, 4));
  addr = loopback(port_of(one));
  say("another", bind(two, (struct sockaddr*) &addr, sizeof(addr)));
  say("listening", listen(two, 4));
  say("UDP", setsockopt(udp(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on)));
}


PROBE(setsockopt_SO_LINGER) {
  struct linger linger = { 1, 5 };
  socklen_t size;
  int fd;

  fd = tcp();
  size = sizeof(linger);
  say("5 s", setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, size));
  linger.l_linger = 0;
  say("read", getsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, &size));
  say("on", linger.l_onoff);
  say("seconds", linger.l_linger);
  linger.l_linger = 0;
  say("a reset", setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, size));
  linger.l_onoff = 0;
  say("off", setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, size));
  say("a short value", setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, 4));
}


PROBE(setsockopt_SO_RCVTIMEO) {
  struct timeval time = { 0, 40000 };
  socklen_t size;
  double start;
  char byte;
  int fds[2];

  tcp_pair(fds);
  size = sizeof(time);
  say("to receive", setsockopt(fds[0], SOL_SOCKET, SO_RCVTIMEO, &time, size));
  start = now();
  say("recv()", recv(fds[0], &byte, 1, 0));
  yes("took as long", now() - start >= 35);
  say("read()", read(fds[0], &byte, 1));
  time.tv_usec = 0;
  say("asked", getsockopt(fds[0], SOL_SOCKET, SO_RCVTIMEO, &time, &size));
  say("microseconds", time.tv_usec);
  time.tv_sec = 1;
  say("to send", setsockopt(fds[0], SOL_SOCKET, SO_SNDTIMEO, &time, size));
  time.tv_sec = 0;
  getsockopt(fds[0], SOL_SOCKET, SO_SNDTIMEO, &time, &size);
  say("seconds", time.tv_sec);
  time.tv_usec = 2000000;
  say("too much", setsockopt(fds[0], SOL_SOCKET, SO_RCVTIMEO, &time, size));
  say("a short value", setsockopt(fds[0], SOL_SOCKET, SO_RCVTIMEO, &time, 4));
  time.tv_usec = 20000;
  setsockopt(fds[1], SOL_SOCKET, SO_RCVTIMEO, &time, size);
  write(fds[0], "a", 1);
  say("a byte comes", recv(fds[1], &byte, 1, 0));
}


PROBE(setsockopt_SO_RCVBUF) {
  int fd;

  fd = udp();
  set("SO_RCVBUF", fd, SOL_SOCKET, SO_RCVBUF, 20000);
  set("SO_SNDBUF", fd, SOL_SOCKET, SO_SNDBUF, 20000);
  set("too little", fd, SOL_SOCKET, SO_RCVBUF, 1);
  fd = tcp();
  set("SO_RCVBUF of TCP", fd, SOL_SOCKET, SO_RCVBUF, 30000);
  set("SO_SNDBUF of TCP", fd, SOL_SOCKET, SO_SNDBUF, 30000);
}


PROBE(setsockopt_TCP_NODELAY) {
  int on;
  int fd;

  on = 1;
  fd = tcp();
  set("TCP_NODELAY", fd, IPPROTO_TCP, TCP_NODELAY, 1);
  set("TCP_CORK", fd, IPPROTO_TCP, TCP_CORK, 1);
  set("TCP_CORK off", fd, IPPROTO_TCP, TCP_CORK, 0);
  say("TCP_QUICKACK",
      setsockopt(fd, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof(on)));
  set("TCP_DEFER_ACCEPT", fd, IPPROTO_TCP, TCP_DEFER_ACCEPT, 1);
  say("TCP_FASTOPEN",
      setsockopt(fd, IPPROTO_TCP, TCP_FASTOPEN, &on, sizeof(on)));
  set("TCP_USER_TIMEOUT", fd, IPPROTO_TCP, TCP_USER_TIMEOUT, 3000);
  say("UDP", setsockopt(udp(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)));
  say("an unknown option", setsockopt(fd, IPPROTO_TCP, 9999, &on, sizeof(on)));
}


PROBE(setsockopt_TCP_KEEPIDLE) {
  int fd;

  fd = tcp();
  get("TCP_KEEPIDLE, unset", fd, IPPROTO_TCP, TCP_KEEPIDLE);
  get("TCP_KEEPINTVL, unset", fd, IPPROTO_TCP, TCP_KEEPINTVL);
  get("TCP_KEEPCNT, unset", fd, IPPROTO_TCP, TCP_KEEPCNT);
  set("TCP_KEEPIDLE", fd, IPPROTO_TCP, TCP_KEEPIDLE, 60);
  set("TCP_KEEPINTVL", fd, IPPROTO_TCP, TCP_KEEPINTVL, 5);
  set("TCP_KEEPCNT", fd, IPPROTO_TCP, TCP_KEEPCNT, 5);
  set("no time", fd, IPPROTO_TCP, TCP_KEEPIDLE, 0);
  set("too long", fd, IPPROTO_TCP, TCP_KEEPIDLE, 32768);
  set("too long between", fd, IPPROTO_TCP, TCP_KEEPINTVL, 32768);
  set("too often", fd, IPPROTO_TCP, TCP_KEEPCNT, 128);
}


PROBE(getsockopt_TCP_INFO) {
  struct tcp_info info;
  socklen_t size;
  char name[16];
  int fds[2];

  tcp_pair(fds);
  memset(&info, 0, sizeof(info));
  size = sizeof(info);
  ok("TCP_INFO", getsockopt(fds[0], IPPROTO_TCP, TCP_INFO, &info, &size));
  yes("established", info.tcpi_state == TCP_ESTABLISHED);
  get("TCP_MAXSEG, unconnected", tcp(), IPPROTO_TCP, TCP_MAXSEG);
  size = sizeof(name);
  memset(name, 0, size);
  ok("TCP_CONGESTION",
     getsockopt(fds[0], IPPROTO_TCP, TCP_CONGESTION, name, &size));
  yes("has a name", name[0] != '\0');
  size = 0;
  say("an unknown one",
      setsockopt(fds[0], IPPROTO_TCP, TCP_CONGESTION, "none", 4));
}


PROBE(setsockopt_IP_TOS) {
  int six;
  int fd;

  fd = tcp();
  six = socket(AF_INET6, SOCK_STREAM, 0);
  set("IP_TOS", fd, IPPROTO_IP, IP_TOS, 0x10);
  set("IP_TTL", fd, IPPROTO_IP, IP_TTL, 17);
  set("IP_TTL, too large", fd, IPPROTO_IP, IP_TTL, 256);
  set("IPV6_TCLASS", six, IPPROTO_IPV6, IPV6_TCLASS, 0x10);
  set("IPV6_V6ONLY", six, IPPROTO_IPV6, IPV6_V6ONLY, 1);
  set("IPV6_UNICAST_HOPS", six, IPPROTO_IPV6, IPV6_UNICAST_HOPS, 9);
  set("IP_MTU_DISCOVER", udp(), IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DO);
  set("IPv6's option for IPv4", fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
}


PROBE(setsockopt_IP_ADD_MEMBERSHIP) {
  struct ip_mreq group;
  int fd;

  fd = bound(SOCK_DGRAM);
  group.imr_multiaddr.s_addr = inet_addr("239.255.0.1");
  group.imr_interface.s_addr = htonl(INADDR_LOOPBACK);
  say("a group",
      setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &group, sizeof(group)));
  say("again",
      setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &group, sizeof(group)));
  say("left",
      setsockopt(fd, IPPROTO_IP, IP_DROP_MEMBERSHIP, &group, sizeof(group)));
  say("left again",
      setsockopt(fd, IPPROTO_IP, IP_DROP_MEMBERSHIP, &group, sizeof(group)));
  group.imr_multiaddr.s_addr = htonl(INADDR_LOOPBACK);
  say("not a group",
      setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &group, sizeof(group)));
  set("IP_MULTICAST_TTL", fd, IPPROTO_IP, IP_MULTICAST_TTL, 5);
  set("IP_MULTICAST_LOOP", fd, IPPROTO_IP, IP_MULTICAST_LOOP, 0);
  say("the interface",
      setsockopt(fd,
                 IPPROTO_IP,
                 IP_MULTICAST_IF,
                 &group.imr_interface,
                 sizeof(group.imr_interface)));
}


PROBE(setsockopt_IP_PKTINFO) {
  struct sockaddr_in addr;
  char control[128];
  struct cmsghdr* header;
  struct iovec part;
  struct msghdr msg;
  char byte;
  int on;
  int fd;

  on = 1;
  fd = bound(SOCK_DGRAM);
  addr = loopback(port_of(fd));
  say("IP_PKTINFO", setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof(on)));
  if (sendto(fd, "a", 1, 0, (struct sockaddr*) &addr, sizeof(addr)) != 1)
    failed("sendto()");
  memset(&msg, 0, sizeof(msg));
  part.iov_base = &byte;
  part.iov_len = 1;
  msg.msg_iov = &part;
  msg.msg_iovlen = 1;
  msg.msg_control = control;
  msg.msg_controllen = sizeof(control);
  say("a message", recvmsg(fd, &msg, 0));
  header = CMSG_FIRSTHDR(&msg);
  yes("says its destination",
      header != NULL && header->cmsg_level == IPPROTO_IP &&
          header->cmsg_type == IP_PKTINFO);
  set("IP_RECVERR", udp(), IPPROTO_IP, IP_RECVERR, 1);
  set("SO_TIMESTAMP", udp(), SOL_SOCKET, SO_TIMESTAMP, 1);
  set("IPV6_RECVPKTINFO",
      socket(AF_INET6, SOCK_DGRAM, 0),
      IPPROTO_IPV6,
      IPV6_RECVPKTINFO,
      1);
}

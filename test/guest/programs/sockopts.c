/* SPDX-License-Identifier: MIT */

/* Options of sockets. Prints what setsockopt() and then getsockopt() return for
 * each, one line each; the same as natively.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

static const char* kinds[] = { "tcp", "udp", "tcp6", "udp6", "unix" };

static int sockets[5];


static const char* outcome(int r) {
  if (r == 0)
    return "ok";

  switch (errno) {
    case EDOM:
      return "EDOM";
    case EINVAL:
      return "EINVAL";
    case ENOENT:
      return "ENOENT";
    case ENOPROTOOPT:
      return "ENOPROTOOPT";
    case ENOTCONN:
      return "ENOTCONN";
    case EOPNOTSUPP:
      return "EOPNOTSUPP";
    default:
      return strerror(errno);
  }
}


static void number(const char* name, int level, int option, int value) {
  socklen_t len;
  int seen;
  int i;

  for (i = 0; i < 5; i++) {
    printf("%s %s %d: ", kinds[i], name, value);
    printf("%s", outcome(setsockopt(sockets[i], level, option, &value, 4)));
    seen = -77;
    len = sizeof(seen);
    if (getsockopt(sockets[i], level, option, &seen, &len) == 0)
      printf(", then %d of %d bytes", seen, (int) len);
    printf("\n");
  }
}


static void timeout(const char* name, int option, long sec, long usec) {
  struct timeval value;
  struct timeval seen;
  socklen_t len;
  int i;

  for (i = 0; i < 5; i++) {
    value.tv_sec = sec;
    value.tv_usec = usec;
    printf("%s %s %ld %ld: ", kinds[i], name, sec, usec);
    printf(
        "%s",
        outcome(
            setsockopt(sockets[i], SOL_SOCKET, option, &value, sizeof(value))));
    len = sizeof(seen);
    if (getsockopt(sockets[i], SOL_SOCKET, option, &seen, &len) == 0)
      printf(", then %ld %ld", (long) seen.tv_sec, (long) seen.tv_usec);
    printf(", %s\n", len == sizeof(seen) ? "all" : "part");
  }

  printf("short: %s\n",
         outcome(setsockopt(sockets[0],
                            SOL_SOCKET,
                            option,
                            &value,
                            sizeof(value) - 1)));
}


static void linger(int on, int seconds) {
  struct linger value;
  struct linger seen;
  socklen_t len;
  int i;

  for (i = 0; i < 5; i++) {
    value.l_onoff = on;
    value.l_linger = seconds;
    printf("%s SO_LINGER %d %d: ", kinds[i], on, seconds);
    printf("%s",
           outcome(setsockopt(sockets[i],
                              SOL_SOCKET,
                              SO_LINGER,
                              &value,
                              sizeof(value))));
    len = sizeof(seen);
    if (getsockopt(sockets[i], SOL_SOCKET, SO_LINGER, &seen, &len) == 0)
      printf(", then %d", seen.l_onoff);
    if (on)
      printf(" %d", seen.l_linger);
    printf("\n");
  }
}


static void congestion(const char* name) {
  printf("TCP_CONGESTION %s: %s\n",
         name,
         outcome(setsockopt(sockets[0],
                            IPPROTO_TCP,
                            TCP_CONGESTION,
                            name,
                            strlen(name))));
}


static void state(const char* what, int fd) {
  struct tcp_info info;
  socklen_t len;

  memset(&info, 0, sizeof(info));
  len = sizeof(info);
  printf("%s: %s",
         what,
         outcome(getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len)));
  printf(", state %d\n", info.tcpi_state);
}


static void connection(void) {
  struct sockaddr_in addr;
  socklen_t len;
  char name[64];
  int listener;
  int client;
  int server;
  int value;

  memset(&addr, 0, sizeof(addr));
  addr.sin_family = AF_INET;
  addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  listener = socket(AF_INET, SOCK_STREAM, 0);
  client = socket(AF_INET, SOCK_STREAM, 0);
  state("a socket", client);
  bind(listener, (struct sockaddr*) &addr, sizeof(addr));
  value = 1;
  setsockopt(listener, IPPROTO_TCP, TCP_CORK, &value, sizeof(value));
  value = 3;
  setsockopt(listener, SOL_SOCKET, SO_PRIORITY, &value, sizeof(value));
  value = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &value, sizeof(value));
  setsockopt(listener, SOL_SOCKET, SO_BROADCAST, &value, sizeof(value));
  listen(listener, 1);
  len = sizeof(addr);
  getsockname(listener, (struct sockaddr*) &addr, &len);
  connect(client, (struct sockaddr*) &addr, sizeof(addr));
  server = accept(listener, NULL, NULL);
  state("a listener", listener);
  state("a client", client);
  state("a server", server);

  len = sizeof(value);
  getsockopt(server, IPPROTO_TCP, TCP_CORK, &value, &len);
  printf("the server has inherited TCP_CORK %d", value);
  getsockopt(server, SOL_SOCKET, SO_PRIORITY, &value, &len);
  printf(", SO_PRIORITY %d", value);
  getsockopt(server, SOL_SOCKET, SO_REUSEADDR, &value, &len);
  printf(", SO_REUSEADDR %d", value);
  getsockopt(server, SOL_SOCKET, SO_BROADCAST, &value, &len);
  printf(", SO_BROADCAST %d\n", value);
  len = 7;
  memset(name, 0, sizeof(name));
  printf("a short name: %s",
         outcome(getsockopt(server, IPPROTO_TCP, TCP_CONGESTION, name, &len)));
  printf(", %d bytes\n", (int) len);
  len = sizeof(value);
  printf("TCP_MAXSEG: %s",
         outcome(getsockopt(client, IPPROTO_TCP, TCP_MAXSEG, &value, &len)));
  printf(", %s\n", value > 500 && value < 65536 ? "plausible" : "wrong");
  printf("IP_MTU: %s",
         outcome(getsockopt(client, IPPROTO_IP, IP_MTU, &value, &len)));
  printf(", %s\n", value > 500 ? "plausible" : "wrong");
  printf("IP_MTU before: %s\n",
         outcome(getsockopt(listener, IPPROTO_IP, IP_MTU, &value, &len)));

  close(server);
  read(client, name, 1);
  state("a client whose peer has ended", client);
  shutdown(client, SHUT_WR);
  close(client);
  close(listener);
}


int main(void) {
  sockets[0] = socket(AF_INET, SOCK_STREAM, 0);
  sockets[1] = socket(AF_INET, SOCK_DGRAM, 0);
  sockets[2] = socket(AF_INET6, SOCK_STREAM, 0);
  sockets[3] = socket(AF_INET6, SOCK_DGRAM, 0);
  sockets[4] = socket(AF_UNIX, SOCK_STREAM, 0);

  number("SO_BROADCAST", SOL_SOCKET, SO_BROADCAST, 1);
  number("SO_DEBUG", SOL_SOCKET, SO_DEBUG, 0);
  number("SO_DONTROUTE", SOL_SOCKET, SO_DONTROUTE, 0);
  number("SO_KEEPALIVE", SOL_SOCKET, SO_KEEPALIVE, 2);
  number("SO_OOBINLINE", SOL_SOCKET, SO_OOBINLINE, 0);
  number("SO_PRIORITY", SOL_SOCKET, SO_PRIORITY, 6);
  number("SO_RCVLOWAT", SOL_SOCKET, SO_RCVLOWAT, 0);
  number("SO_RCVLOWAT", SOL_SOCKET, SO_RCVLOWAT, 100);
  number("SO_RCVLOWAT", SOL_SOCKET, SO_RCVLOWAT, 1);
  number("SO_SNDLOWAT", SOL_SOCKET, SO_SNDLOWAT, 1);
  number("SO_REUSEADDR", SOL_SOCKET, SO_REUSEADDR, 1);
  number("SO_TIMESTAMP", SOL_SOCKET, SO_TIMESTAMP, 0);
  number("SO_TYPE", SOL_SOCKET, SO_TYPE, 0);
  number("SO_DOMAIN", SOL_SOCKET, SO_DOMAIN, 0);
  number("SO_PROTOCOL", SOL_SOCKET, SO_PROTOCOL, 0);
  number("SO_ERROR", SOL_SOCKET, SO_ERROR, 0);
  number("SO_ACCEPTCONN", SOL_SOCKET, SO_ACCEPTCONN, 0);
  number("TCP_CORK", IPPROTO_TCP, TCP_CORK, 1);
  number("TCP_FASTOPEN", IPPROTO_TCP, TCP_FASTOPEN, 5);
  number("TCP_FASTOPEN", IPPROTO_TCP, TCP_FASTOPEN, -1);
  number("TCP_KEEPCNT", IPPROTO_TCP, TCP_KEEPCNT, 5);
  number("TCP_KEEPCNT", IPPROTO_TCP, TCP_KEEPCNT, 128);
  number("TCP_KEEPIDLE", IPPROTO_TCP, TCP_KEEPIDLE, 60);
  number("TCP_KEEPIDLE", IPPROTO_TCP, TCP_KEEPIDLE, 0);
  number("TCP_KEEPINTVL", IPPROTO_TCP, TCP_KEEPINTVL, 5);
  number("TCP_KEEPINTVL", IPPROTO_TCP, TCP_KEEPINTVL, 32768);
  number("TCP_LINGER2", IPPROTO_TCP, TCP_LINGER2, 5);
  number("TCP_NODELAY", IPPROTO_TCP, TCP_NODELAY, 1);
  number("TCP_QUICKACK", IPPROTO_TCP, TCP_QUICKACK, 1);
  number("TCP_USER_TIMEOUT", IPPROTO_TCP, TCP_USER_TIMEOUT, 0);
  number("TCP_USER_TIMEOUT", IPPROTO_TCP, TCP_USER_TIMEOUT, -1);
  number("IP_BIND_ADDRESS_NO_PORT", IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1);
  number("IP_MTU_DISCOVER", IPPROTO_IP, IP_MTU_DISCOVER, 0);
  number("IP_MTU_DISCOVER", IPPROTO_IP, IP_MTU_DISCOVER, 1);
  number("IP_MTU_DISCOVER", IPPROTO_IP, IP_MTU_DISCOVER, 9);
  number("IP_MULTICAST_ALL", IPPROTO_IP, IP_MULTICAST_ALL, 1);
  number("IP_PKTINFO", IPPROTO_IP, IP_PKTINFO, 0);
  number("IP_RECVERR", IPPROTO_IP, IP_RECVERR, 0);
  number("IP_TOS", IPPROTO_IP, IP_TOS, 0x13);
  number("IP_TOS", IPPROTO_IP, IP_TOS, 0x110);
  number("IPV6_MTU_DISCOVER", IPPROTO_IPV6, IPV6_MTU_DISCOVER, 0);
  number("IPV6_RECVERR", IPPROTO_IPV6, IPV6_RECVERR, 0);
  number("IPV6_RECVPKTINFO", IPPROTO_IPV6, IPV6_RECVPKTINFO, 0);
  number("IPV6_TCLASS", IPPROTO_IPV6, IPV6_TCLASS, 0x13);
  number("IPV6_TCLASS", IPPROTO_IPV6, IPV6_TCLASS, -1);
  number("IPV6_TCLASS", IPPROTO_IPV6, IPV6_TCLASS, 256);
  number("IPV6_UNICAST_HOPS", IPPROTO_IPV6, IPV6_UNICAST_HOPS, 64);

  timeout("SO_RCVTIMEO", SO_RCVTIMEO, 2, 500000);
  timeout("SO_SNDTIMEO", SO_SNDTIMEO, 100000, 0);
  timeout("SO_RCVTIMEO", SO_RCVTIMEO, 0, 1000000);
  timeout("SO_RCVTIMEO", SO_RCVTIMEO, 0, -1);
  timeout("SO_RCVTIMEO", SO_RCVTIMEO, 0, 0);
  /* The numbers that newer headers have for them. */
  timeout("SO_RCVTIMEO_NEW", 66, 3, 0);
  timeout("SO_SNDTIMEO_NEW", 67, 0, 500000);
  linger(1, 5);
  linger(1, 0);
  linger(0, 0);
  congestion("cubic");
  congestion("absent");
  connection();
  return 0;
}

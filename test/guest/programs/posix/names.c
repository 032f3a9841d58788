/* SPDX-License-Identifier: MIT */

/* Names of services, hosts and interfaces that are the same everywhere. */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

static void service(const char* what, const struct servent* s) {
  if (s == NULL)
    printf("%s: none\n", what);
  else
    printf("%s: %s %d %s\n", what, s->s_name, ntohs(s->s_port), s->s_proto);
}


static void services(void) {
  struct servent* found;
  struct servent s;
  char buffer[1024];
  int r;

  service("http", getservbyname("http", "tcp"));
  service("www", getservbyname("www", "tcp"));
  service("domain", getservbyname("domain", "udp"));
  service("https", getservbyname("https", NULL));
  service("no udp", getservbyname("ssh", "udp"));
  service("unknown", getservbyname("nosuchservice", "tcp"));
  service("25", getservbyport(htons(25), "tcp"));
  service("53", getservbyport(htons(53), NULL));
  service("1", getservbyport(htons(3), "tcp"));
  r = getservbyname_r("smtp", "tcp", &s, buffer, sizeof(buffer), &found);
  printf("%d ", r);
  service("smtp", found);
  r = getservbyname_r("smtp", "tcp", &s, buffer, 4, &found);
  printf("%d %d\n", r == ERANGE, found == NULL);
}


static void resolve(const char* host, const char* name, int type, int flags) {
  struct addrinfo hints = { .ai_socktype = type, .ai_flags = flags };
  struct addrinfo* list;
  struct addrinfo* info;
  int r;

  r = getaddrinfo(host, name, &hints, &list);
  printf("%s %s %d: %s", host, name, type, r ? gai_strerror(r) : "ok");
  for (info = r ? NULL : list; info != NULL; info = info->ai_next)
    printf(" %d/%d",
           info->ai_socktype,
           ntohs(((struct sockaddr_in*) info->ai_addr)->sin_port));
  printf("\n");
  if (r == 0)
    freeaddrinfo(list);
}


static void host(const char* what, const struct hostent* h) {
  char text[INET6_ADDRSTRLEN];

  if (h == NULL)
    printf("%s: none\n", what);
  else
    printf("%s: %d bytes, %s\n",
           what,
           h->h_length,
           inet_ntop(h->h_addrtype, h->h_addr_list[0], text, sizeof(text)));
}


static void hosts(void) {
  struct in_addr loopback = { htonl(INADDR_LOOPBACK) };
  struct hostent* found;
  struct hostent h;
  char buffer[1024];
  int error;
  int r;

  host("localhost", gethostbyname("localhost"));
  host("127.0.0.1", gethostbyname("127.0.0.1"));
  host("::1", gethostbyname2("::1", AF_INET6));
  printf("%s\n", gethostbyname("127.0.0.1")->h_name);
  r = gethostbyname_r("192.0.2.1", &h, buffer, sizeof(buffer), &found, &error);
  printf("%d ", r);
  host("192.0.2.1", found);
  r = gethostbyname_r("192.0.2.1", &h, buffer, 8, &found, &error);
  printf("%d %d\n", r == ERANGE, found == NULL);
  printf("%d\n", gethostbyaddr(&loopback, 3, AF_INET) == NULL);
}


static void name_of(int port, int flags) {
  struct sockaddr_in addr = { .sin_family = AF_INET };
  char host[64];
  char service[64];
  int r;

  addr.sin_port = htons(port);
  addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  r = getnameinfo((struct sockaddr*) &addr,
                  sizeof(addr),
                  host,
                  sizeof(host),
                  service,
                  sizeof(service),
                  flags | NI_NUMERICHOST);
  printf("%d: %d %s %s\n", port, r, host, service);
  r = getnameinfo((struct sockaddr*) &addr,
                  sizeof(addr) - 1,
                  host,
                  sizeof(host),
                  NULL,
                  0,
                  flags);
  printf("short: %d\n", r == EAI_FAMILY);
}


static void interfaces(void) {
  struct if_nameindex* names;
  struct ifaddrs* list;
  struct ifaddrs* one;
  char name[IF_NAMESIZE];

  printf("lo is %u\n", if_nametoindex("lo"));
  printf("1 is %s\n", if_indextoname(1, name));
  errno = 0;
  printf("unknown: %u", if_nametoindex("nosuchif"));
  printf(" %d\n", errno == ENODEV);
  errno = 0;
  printf("unknown: %d", if_indextoname(12345, name) == NULL);
  printf(" %d\n", errno == ENXIO);

  getifaddrs(&list);
  for (one = list; one != NULL; one = one->ifa_next)
    if (one->ifa_addr != NULL && one->ifa_addr->sa_family == AF_INET &&
        one->ifa_flags & IFF_LOOPBACK)
      printf("%s %s up %d running %d mask %x\n",
             one->ifa_name,
             inet_ntoa(((struct sockaddr_in*) one->ifa_addr)->sin_addr),
             !!(one->ifa_flags & IFF_UP),
             !!(one->ifa_flags & IFF_RUNNING),
             ntohl(((struct sockaddr_in*) one->ifa_netmask)->sin_addr.s_addr));
  freeifaddrs(list);

  names = if_nameindex();
  printf("%s %u\n", names[0].if_name, names[0].if_index);
  if_freenameindex(names);
}


int main(void) {
  services();
  resolve("127.0.0.1", "http", 0, 0);
  resolve("127.0.0.1", "http", SOCK_STREAM, 0);
  resolve("127.0.0.1", "ssh", SOCK_DGRAM, 0);
  resolve("127.0.0.1", "domain", SOCK_DGRAM, 0);
  resolve("127.0.0.1", "nosuchservice", SOCK_STREAM, 0);
  resolve("127.0.0.1", "http", SOCK_STREAM, AI_NUMERICSERV);
  resolve("127.0.0.1", "81", SOCK_STREAM, 0);
  hosts();
  name_of(80, 0);
  name_of(80, NI_NUMERICSERV);
  name_of(53, NI_DGRAM);
  name_of(3, 0);
  interfaces();
  return 0;
}

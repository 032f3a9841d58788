/* SPDX-License-Identifier: MIT */

#include "probe.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>


/* Reports what getaddrinfo() returned, without freeing anything. */
static void lookup(const char* what,
                   const char* node,
                   const char* service,
                   const struct addrinfo* hints) {
  struct addrinfo* info;
  char line[64];
  char host[NI_MAXHOST];
  char port[NI_MAXSERV];
  int err;

  err = getaddrinfo(node, service, hints, &info);
  if (err == 0) {
    getnameinfo(info->ai_addr,
                info->ai_addrlen,
                host,
                sizeof(host),
                port,
                sizeof(port),
                NI_NUMERICHOST | NI_NUMERICSERV);
    snprintf(line,
             sizeof(line),
             "%.40s %.8s type %d",
             host,
             port,
             info->ai_socktype);
    text(what, line);
    freeaddrinfo(info);
    return;
  }

  text(what,
       err == EAI_NONAME     ? "EAI_NONAME"
       : err == EAI_SERVICE  ? "EAI_SERVICE"
       : err == EAI_FAMILY   ? "EAI_FAMILY"
       : err == EAI_SOCKTYPE ? "EAI_SOCKTYPE"
       : err == EAI_BADFLAGS ? "EAI_BADFLAGS"
       : err == EAI_AGAIN    ? "EAI_AGAIN"
       : err == EAI_FAIL     ? "EAI_FAIL"
       : err == EAI_SYSTEM   ? "EAI_SYSTEM"
       : err == EAI_OVERFLOW ? "EAI_OVERFLOW"
                             : "another error");
}


PROBE(getaddrinfo) {
  struct addrinfo hints;

  memset(&hints, 0, sizeof(hints));
  hints.ai_socktype = SOCK_STREAM;
  lookup("a number", "127.0.0.1", "80", &hints);
  lookup("IPv6", "::1", "80", &hints);
  lookup("a service", "127.0.0.1", "http", &hints);
  lookup("an unknown service", "127.0.0.1", "no-such-service", &hints);
  hints.ai_family = AF_INET;
  lookup("localhost", "localhost", "80", &hints);
  lookup("another family", "::1", "80", &hints);
  lookup("no name", NULL, "80", &hints);
  lookup("neither", NULL, NULL, &hints);
  hints.ai_flags = AI_PASSIVE;
  lookup("passive", NULL, "80", &hints);
  hints.ai_flags = AI_NUMERICHOST;
  lookup("a name where a number has to be", "localhost", "80", &hints);
  hints.ai_flags = AI_NUMERICSERV;
  lookup("a service where a number has to be", "127.0.0.1", "http", &hints);
  hints.ai_flags = AI_CANONNAME;
  lookup("a canonical name of nothing", NULL, "80", &hints);
  hints.ai_flags = 0;
  hints.ai_family = 99;
  lookup("an unknown family", "127.0.0.1", "80", &hints);
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = 99;
  lookup("an unknown type", "127.0.0.1", "80", &hints);
  hints.ai_socktype = SOCK_DGRAM;
  lookup("UDP", "127.0.0.1", "domain", &hints);
}


PROBE(getnameinfo) {
  struct sockaddr_in addr;
  char host[NI_MAXHOST];
  char port[NI_MAXSERV];
  int flags;

  flags = NI_NUMERICHOST | NI_NUMERICSERV;
  addr = loopback(80);
#define NAME_OF(size, host_size, port_size, flags)                            \
  getnameinfo((struct sockaddr*) &addr,                                       \
              size,                                                           \
              host,                                                           \
              host_size,                                                      \
              port,                                                           \
              port_size,                                                      \
              flags)
  say("numbers", NAME_OF(sizeof(addr), sizeof(host), sizeof(port), flags));
  text("host", host);
  text("service", port);
  say("names", NAME_OF(sizeof(addr), sizeof(host), sizeof(port), 0));
  text("host", host);
  text("service", port);
  yes("no room for the host",
      NAME_OF(sizeof(addr), 4, sizeof(port), flags) == EAI_OVERFLOW);
  yes("a short address",
      NAME_OF(sizeof(addr) - 1, sizeof(host), sizeof(port), flags) ==
          EAI_FAMILY);
  yes("nothing asked", NAME_OF(sizeof(addr), 0, 0, 0) == EAI_NONAME);
  addr = loopback(53);
  say("a service of UDP",
      NAME_OF(sizeof(addr), sizeof(host), sizeof(port), NI_DGRAM));
  text("service", port);
  addr.sin_family = 99;
  yes("an unknown family",
      NAME_OF(sizeof(addr), sizeof(host), sizeof(port), flags) == EAI_FAMILY);
}


static void report_host(const char* what, const struct hostent* host) {
  char line[64];

  if (host == NULL) {
    text(what, "NULL");
    return;
  }

  snprintf(line,
           sizeof(line),
           "%s, %d bytes, %s",
           host->h_name,
           host->h_length,
           inet_ntoa(*(struct in_addr*) host->h_addr_list[0]));
  text(what, line);
}


PROBE(gethostbyname) {
  report_host("a number", gethostbyname("127.0.0.1"));
  report_host("localhost", gethostbyname("localhost"));
  yes("an unknown name", gethostbyname("no such name") == NULL);
  yes("h_errno", h_errno != 0);
}


PROBE(gethostbyname_r) {
  struct hostent host;
  struct hostent* result;
  char buffer[1024];
  int err;

  code("localhost",
       gethostbyname_r("localhost",
                       &host,
                       buffer,
                       sizeof(buffer),
                       &result,
                       &err));
  report_host("is", result);
  code("no room",
       gethostbyname_r("localhost", &host, buffer, 8, &result, &err));
  yes("nothing", result == NULL);
}


PROBE(gethostbyaddr) {
  struct in_addr addr;

  addr.s_addr = htonl(INADDR_LOOPBACK);
  report_host("loopback", gethostbyaddr(&addr, sizeof(addr), AF_INET));
  yes("a wrong length", gethostbyaddr(&addr, 3, AF_INET) == NULL);
}


static void report_service(const char* what, const struct servent* service) {
  char line[64];

  if (service == NULL) {
    text(what, "NULL");
    return;
  }

  snprintf(line,
           sizeof(line),
           "%s %d/%s",
           service->s_name,
           ntohs(service->s_port),
           service->s_proto);
  text(what, line);
}


PROBE(getservbyname) {
  report_service("http", getservbyname("http", "tcp"));
  report_service("domain", getservbyname("domain", "udp"));
  report_service("of any protocol", getservbyname("https", NULL));
  report_service("an unknown one", getservbyname("no-such-service", "tcp"));
  report_service("a number", getservbyname("80", "tcp"));
}


PROBE(gethostname) {
  char name[256];

  memset(name, 'x', sizeof(name));
  say("a name", gethostname(name, sizeof(name)));
  yes("which ends", memchr(name, '\0', sizeof(name)) != NULL);
  yes("and is not empty", name[0] != '\0');
  say("no room", gethostname(name, 1));
}


PROBE(if_nametoindex) {
  say("lo", if_nametoindex("lo"));
  say("an unknown one", if_nametoindex("no-such-one"));
  say("error", -(if_nametoindex("no-such-one") == 0));
}


PROBE(if_indextoname) {
  char name[IF_NAMESIZE];

  text("1", if_indextoname(1, name));
  text("an unknown one", if_indextoname(9999, name));
  say("error", -1);
}


PROBE(getifaddrs) {
  struct ifaddrs* first;
  struct ifaddrs* each;
  int four;
  int six;

  four = 0;
  six = 0;
  first = NULL;
  say("interfaces", getifaddrs(&first));
  for (each = first; each != NULL; each = each->ifa_next) {
    if (strcmp(each->ifa_name, "lo") != 0 || each->ifa_addr == NULL)
      continue;
    if (each->ifa_addr->sa_family == AF_INET) {
      four++;
      yes("a loopback", each->ifa_flags & IFF_LOOPBACK);
      yes("which is up", each->ifa_flags & IFF_UP);
      yes("with a mask", each->ifa_netmask != NULL);
    }
    if (each->ifa_addr->sa_family == AF_INET6)
      six++;
  }
  yes("IPv4", four == 1);
  yes("IPv6 at most once", six <= 1);
  freeifaddrs(first);
}

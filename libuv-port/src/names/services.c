/* SPDX-License-Identifier: MIT */

/* Names of services: those of /etc/services if a program has that file, or else
 * the usual ones.
 */

#include "../sockets/addrinfo.h"
#include "../sockets/resolver.h"
#include "databases.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define UVP__ALIASES_MAX 35

/* From the registry of IANA, in the words and the order of Debian. */
static const char uvp__services[] =
    "echo 7/tcp\necho 7/udp\ndiscard 9/tcp sink null\n"
    "discard 9/udp sink null\nsystat 11/tcp users\ndaytime 13/tcp\n"
    "daytime 13/udp\nnetstat 15/tcp\nchargen 19/tcp ttytst source\n"
    "chargen 19/udp ttytst source\nftp-data 20/tcp\nftp 21/tcp\nssh 22/tcp\n"
    "telnet 23/tcp\nsmtp 25/tcp mail\ntime 37/tcp timserver\n"
    "time 37/udp timserver\nwhois 43/tcp nicname\ndomain 53/tcp\n"
    "domain 53/udp\nbootps 67/udp\nbootpc 68/udp\ntftp 69/udp\n"
    "gopher 70/tcp\nfinger 79/tcp\nhttp 80/tcp www\n"
    "kerberos 88/tcp kerberos5 krb5 kerberos-sec\n"
    "kerberos 88/udp kerberos5 krb5 kerberos-sec\npop3 110/tcp pop-3\n"
    "sunrpc 111/tcp portmapper\nsunrpc 111/udp portmapper\n"
    "auth 113/tcp authentication tap ident\nnntp 119/tcp readnews untp\n"
    "ntp 123/udp\nimap2 143/tcp imap\nsnmp 161/tcp\nsnmp 161/udp\n"
    "snmp-trap 162/tcp snmptrap\nsnmp-trap 162/udp snmptrap\nbgp 179/tcp\n"
    "irc 194/tcp\nirc 194/udp\nldap 389/tcp\nldap 389/udp\nhttps 443/tcp\n"
    "https 443/udp\nmicrosoft-ds 445/tcp\nmicrosoft-ds 445/udp\n"
    "submissions 465/tcp ssmtp smtps urd\nsyslog 514/udp\n"
    "printer 515/tcp spooler\nsubmission 587/tcp\nipp 631/tcp\n"
    "ldaps 636/tcp\nldaps 636/udp\ndomain-s 853/tcp\ndomain-s 853/udp\n"
    "rsync 873/tcp\nimaps 993/tcp\npop3s 995/tcp\nsocks 1080/tcp\n"
    "openvpn 1194/tcp\nopenvpn 1194/udp\nms-sql-s 1433/tcp\n"
    "radius 1812/tcp\nradius 1812/udp\nnfs 2049/tcp\nnfs 2049/udp\n"
    "mysql 3306/tcp\nsvn 3690/tcp subversion\nepmd 4369/tcp\nsip 5060/tcp\n"
    "sip 5060/udp\nsip-tls 5061/tcp\nsip-tls 5061/udp\n"
    "xmpp-client 5222/tcp jabber-client\nxmpp-server 5269/tcp jabber-server\n"
    "mdns 5353/udp\npostgresql 5432/tcp postgres\namqps 5671/tcp\n"
    "amqp 5672/tcp\nx11 6000/tcp x11-0\nredis 6379/tcp\n"
    "ircs-u 6697/tcp\nhttp-alt 8080/tcp webcache\nhttp-alt 8080/udp\n"
    "git 9418/tcp\n";

/* The results of the calls that are not reentrant. */
static struct servent uvp__service;
static char uvp__service_texts[2 * UVP__LINE_MAX];

static FILE* uvp__all_services;


/* Returns 0, ERANGE, or EINVAL if the line is no entry. */
static int uvp__store_service(char* line,
                              struct servent* service,
                              char* buffer,
                              size_t size) {
  struct uvp__room room = { buffer, size };
  char* items[UVP__ALIASES_MAX + 1];
  char* protocol;
  int n;

  n = uvp__items(line, " \t", items, UVP__ALIASES_MAX);
  if (n < 2)
    return EINVAL;

  service->s_port = htons(strtoul(items[1], &protocol, 10));
  if (protocol == items[1] || *protocol != '/')
    return EINVAL;

  service->s_aliases = uvp__store_all(&room, items + 2, n - 2);
  service->s_name = uvp__store(&room, items[0]);
  service->s_proto = uvp__store(&room, protocol + 1);

  return service->s_proto == NULL ? ERANGE : 0;
}


/* Whether a service is the wanted one: by name or, if that is NULL, by port. */
static int uvp__is_service(const struct servent* service,
                           const char* name,
                           int port,
                           const char* protocol) {
  char** alias;

  if (protocol != NULL && strcmp(service->s_proto, protocol) != 0)
    return 0;

  if (name == NULL)
    return service->s_port == port;

  if (strcmp(service->s_name, name) == 0)
    return 1;

  for (alias = service->s_aliases; *alias != NULL; alias++)
    if (strcmp(*alias, name) == 0)
      return 1;

  return 0;
}


/* Reads the next service. Returns 0, ERANGE, or ENOENT at the end. */
static int uvp__next_service(FILE* file,
                             struct servent* service,
                             char* buffer,
                             size_t size) {
  char line[UVP__LINE_MAX];
  int err;

  while (uvp__next_entry(file, line)) {
    err = uvp__store_service(line, service, buffer, size);
    if (err != EINVAL)
      return err;
  }

  return ENOENT;
}


/* Like uvp__next_service(). */
static int uvp__find_service(const char* name,
                             int port,
                             const char* protocol,
                             struct servent* service,
                             char* buffer,
                             size_t size,
                             struct servent** result) {
  FILE* file;
  int err;

  *result = NULL;
  file = uvp__open_database("/etc/services", uvp__services);
  if (file == NULL)
    return ENOMEM;

  do
    err = uvp__next_service(file, service, buffer, size);
  while (err == 0 && !uvp__is_service(service, name, port, protocol));

  fclose(file);
  if (err == 0)
    *result = service;

  return err;
}


int getservbyname_r(const char* name,
                    const char* protocol,
                    struct servent* service,
                    char* buffer,
                    size_t size,
                    struct servent** result) {
  return uvp__find_service(name, 0, protocol, service, buffer, size, result);
}


int getservbyport_r(int port,
                    const char* protocol,
                    struct servent* service,
                    char* buffer,
                    size_t size,
                    struct servent** result) {
  return uvp__find_service(NULL, port, protocol, service, buffer, size, result);
}


static struct servent* uvp__find_static_service(const char* name,
                                                int port,
                                                const char* protocol) {
  struct servent* result;

  uvp__find_service(name,
                    port,
                    protocol,
                    &uvp__service,
                    uvp__service_texts,
                    sizeof(uvp__service_texts),
                    &result);
  return result;
}


struct servent* getservbyname(const char* name, const char* protocol) {
  return uvp__find_static_service(name, 0, protocol);
}


struct servent* getservbyport(int port, const char* protocol) {
  return uvp__find_static_service(NULL, port, protocol);
}


void endservent(void) {
  if (uvp__all_services != NULL)
    fclose(uvp__all_services);

  uvp__all_services = NULL;
}


void setservent(int stays_open) {
  endservent();
}


struct servent* getservent(void) {
  int err;

  if (uvp__all_services == NULL)
    uvp__all_services = uvp__open_database("/etc/services", uvp__services);

  if (uvp__all_services == NULL)
    return NULL;

  err = uvp__next_service(uvp__all_services,
                          &uvp__service,
                          uvp__service_texts,
                          sizeof(uvp__service_texts));
  return err ? NULL : &uvp__service;
}


int uvp__service_ports(const char* name,
                       const struct addrinfo* hints,
                       int* ports) {
  static const char* const protocols[UVP__KINDS] = { "tcp", "udp" };
  static const int types[UVP__KINDS] = { SOCK_STREAM, SOCK_DGRAM };
  char buffer[2 * UVP__LINE_MAX];
  struct servent service;
  struct servent* found;
  int err;
  int k;

  err = EAI_SERVICE;
  for (k = 0; k < UVP__KINDS; k++) {
    found = NULL;
    if (hints->ai_socktype == 0 || hints->ai_socktype == types[k])
      getservbyname_r(name,
                      protocols[k],
                      &service,
                      buffer,
                      sizeof(buffer),
                      &found);

    ports[k] = found == NULL ? -1 : ntohs(found->s_port);
    if (found != NULL)
      err = 0;
  }

  return err;
}


int uvp__service_name(int port, int is_udp, char* name, size_t size) {
  char buffer[2 * UVP__LINE_MAX];
  struct servent service;
  struct servent* found;

  getservbyport_r(port,
                  is_udp ? "udp" : "tcp",
                  &service,
                  buffer,
                  sizeof(buffer),
                  &found);
  if (found == NULL || strlen(found->s_name) >= size)
    return 0;

  strcpy(name, found->s_name);
  return 1;
}

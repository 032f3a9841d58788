/* SPDX-License-Identifier: MIT */

/* Ways to an address: TCP, UDP and Unix sockets. An address is HOST PORT in any
 * form that getaddrinfo() takes as a number, or `raw` and the bytes of a
 * structure in hexadecimal. No row waits.
 */

#include "rows.h"

#include <fcntl.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

union address {
  struct sockaddr any;
  struct sockaddr_in6 in6;
  struct sockaddr_un un;
  char bytes[256];
};


static socklen_t read_raw(const char* hex, union address* address) {
  unsigned int byte;
  socklen_t n;

  for (n = 0; sscanf(hex + 2 * n, "%2x", &byte) == 1; n++)
    address->bytes[n] = (char) byte;

  return n;
}


/* Returns an error of getaddrinfo() as text, or NULL. */
static const char* read_address(char** words,
                                union address* address,
                                socklen_t* len) {
  struct addrinfo hints = { 0 };
  struct addrinfo* list;
  char host[300];
  int err;

  memset(address, 0, sizeof(*address));
  if (strcmp(words[0], "raw") == 0) {
    *len = read_raw(words[1], address);
    return NULL;
  }

  host[rows_decode(words[0], host, sizeof(host) - 1)] = '\0';
  hints.ai_flags = AI_NUMERICHOST;
  hints.ai_socktype = SOCK_STREAM;
  err = getaddrinfo(host, words[1], &hints, &list);
  if (err != 0)
    return "NO ADDRESS";

  *len = list->ai_addrlen;
  memcpy(address, list->ai_addr, list->ai_addrlen);
  freeaddrinfo(list);
  return NULL;
}


static int family_of(const union address* address) {
  return address->any.sa_family == AF_INET6 ? AF_INET6 : AF_INET;
}


static int make(int family, int type) {
  return socket(family, type | SOCK_NONBLOCK, 0);
}


static int set_option(int fd, const char* name) {
  int on;

  on = strcmp(name, "dual") != 0;
  if (strcmp(name, "reuseaddr") == 0)
    return setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  if (strcmp(name, "reuseport") == 0)
    return setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on));
  if (strcmp(name, "broadcast") == 0)
    return setsockopt(fd, SOL_SOCKET, SO_BROADCAST, &on, sizeof(on));
  return setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
}


static int forget(int fd) {
  struct sockaddr none;

  memset(&none, 0, sizeof(none));
  none.sa_family = AF_UNSPEC;
  return connect(fd, &none, sizeof(none));
}


static int join(int fd, const union address* group) {
  struct ipv6_mreq in6 = { 0 };
  struct ip_mreq in4 = { 0 };

  if (group->any.sa_family == AF_INET6) {
    in6.ipv6mr_multiaddr = group->in6.sin6_addr;
    return setsockopt(fd, IPPROTO_IPV6, IPV6_JOIN_GROUP, &in6, sizeof(in6));
  }

  in4.imr_multiaddr = ((struct sockaddr_in*) group)->sin_addr;
  return setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &in4, sizeof(in4));
}


static int pass(int fd) {
  char room[CMSG_SPACE(sizeof(int))];
  struct iovec iov = { "x", 1 };
  struct msghdr msg = { 0 };
  struct cmsghdr* part;
  char byte;
  int pair[2];

  if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0)
    return -1;

  msg.msg_iov = &iov;
  msg.msg_iovlen = 1;
  msg.msg_control = room;
  msg.msg_controllen = sizeof(room);
  part = CMSG_FIRSTHDR(&msg);
  part->cmsg_level = SOL_SOCKET;
  part->cmsg_type = SCM_RIGHTS;
  part->cmsg_len = CMSG_LEN(sizeof(int));
  memcpy(CMSG_DATA(part), &fd, sizeof(fd));
  if (sendmsg(pair[0], &msg, 0) != 1)
    return -1;

  close(fd);
  iov.iov_base = &byte;
  if (recvmsg(pair[1], &msg, 0) != 1 || CMSG_FIRSTHDR(&msg) == NULL)
    return -1;

  memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&msg)), sizeof(fd));
  return fd;
}


/* Performs the steps after the first word, which is tcp or udp:
 *
 *   bind, connect, sendto, sendmsg ADDRESS
 *   listen, send, forget, dup, pass
 *   option NAME, open FAMILY, join GROUP
 */
static const char* inet(char** words) {
  union address address;
  const char* failure;
  socklen_t len;
  int err;
  int type;
  int fd;

  type = strcmp(words[0], "tcp") == 0 ? SOCK_STREAM : SOCK_DGRAM;
  fd = -1;
  err = 0;
  for (words++; *words != NULL; words++) {
    char** step = words;

    if (strcmp(*step, "open") == 0) {
      fd = make(atoi(*++words) == 6 ? AF_INET6 : AF_INET, type);
    } else if (strcmp(*step, "listen") == 0) {
      err = listen(fd, 8);
    } else if (strcmp(*step, "send") == 0) {
      err = send(fd, "hello", 5, 0) < 0 ? -1 : 0;
    } else if (strcmp(*step, "forget") == 0) {
      err = forget(fd);
    } else if (strcmp(*step, "dup") == 0) {
      fd = dup2(fd, 0);
    } else if (strcmp(*step, "pass") == 0) {
      fd = pass(fd);
    } else if (strcmp(*step, "option") == 0) {
      err = set_option(fd, *++words);
    } else {
      words += 2;
      failure = read_address(step + 1, &address, &len);
      if (failure != NULL)
        return failure;

      if (fd < 0)
        fd = make(family_of(&address), type);

      if (strcmp(*step, "bind") == 0) {
        err = bind(fd, &address.any, len);
      } else if (strcmp(*step, "connect") == 0) {
        err = connect(fd, &address.any, len);
      } else if (strcmp(*step, "join") == 0) {
        err = join(fd, &address);
      } else if (strcmp(*step, "sendto") == 0) {
        err = sendto(fd, "hello", 5, 0, &address.any, len) < 0 ? -1 : 0;
      } else {
        struct iovec iov = { "hello", 5 };
        struct msghdr msg = { 0 };

        msg.msg_name = &address;
        msg.msg_namelen = len;
        msg.msg_iov = &iov;
        msg.msg_iovlen = 1;
        err = sendmsg(fd, &msg, 0) < 0 ? -1 : 0;
      }
    }
  }

  failure = rows_outcome(err);
  close(fd);
  return failure;
}


static int message_to(int fd, const union address* address, socklen_t len) {
  return sendto(fd, "hello", 5, 0, &address->any, len) < 0 ? -1 : 0;
}


/* Words: what to do, the path. */
static const char* local(char** words) {
  union address address;
  const char* outcome;
  struct stat st;
  socklen_t len;
  size_t n;
  int type;
  int err;
  int fd;

  memset(&address, 0, sizeof(address));
  address.un.sun_family = AF_UNIX;
  n = rows_decode(words[1], address.un.sun_path, sizeof(address.un.sun_path));
  len = offsetof(struct sockaddr_un, sun_path) + n;
  if (n > 0 && n < sizeof(address.un.sun_path) && address.un.sun_path[0] != 0)
    len++;

  type = strcmp(words[0], "send") == 0 ? SOCK_DGRAM : SOCK_STREAM;
  if (strcmp(words[0], "packets") == 0)
    type = SOCK_SEQPACKET;

  fd = make(AF_UNIX, type);
  if (fd < 0)
    return rows_error();

  if (strcmp(words[0], "listen") == 0) {
    err = bind(fd, &address.any, len) || listen(fd, 8) ? -1 : 0;
  } else if (strcmp(words[0], "bind") == 0) {
    err = bind(fd, &address.any, len);
  } else if (strcmp(words[0], "send") == 0) {
    err = message_to(fd, &address, len);
  } else if (strcmp(words[0], "stat") == 0) {
    err = stat(address.un.sun_path, &st);
  } else if (strcmp(words[0], "unlink") == 0) {
    err = unlink(address.un.sun_path);
  } else if (strcmp(words[0], "chmod") == 0) {
    err = chmod(address.un.sun_path, 0777);
  } else {
    err = connect(fd, &address.any, len);
  }

  outcome = rows_outcome(err);
  close(fd);
  return outcome;
}


int main(int argc, char** argv) {
  static const struct rows_verb verbs[] = { { "inet", inet },
                                            { "unix", local },
                                            { NULL, NULL } };

  rows_run(argc, argv, verbs);
  return 0;
}

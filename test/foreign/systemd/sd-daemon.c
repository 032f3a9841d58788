/* SPDX-License-Identifier: MIT */

#include "systemd/sd-daemon.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

int sd_listen_fds_start;


int sd_listen_fds(int unset_environment) {
  struct sockaddr_in addr;
  socklen_t len;
  int fd;

  memset(&addr, 0, sizeof(addr));
  addr.sin_family = AF_INET;
  inet_pton(AF_INET, "127.0.0.1", &addr.sin_addr);
  len = sizeof(addr);

  fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  if (fd == -1)
    return -1;

  if (bind(fd, (struct sockaddr*) &addr, sizeof(addr)) || listen(fd, 128))
    return -1;

  if (getsockname(fd, (struct sockaddr*) &addr, &len))
    return -1;

  sd_listen_fds_start = fd;
  printf("port %d\n", ntohs(addr.sin_port));
  fflush(stdout);

  return 1;
}


int sd_is_socket(int fd, int family, int type, int listening) {
  return 1;
}


int sd_notify(int unset_environment, const char* state) {
  puts(state);
  fflush(stdout);

  return 1;
}

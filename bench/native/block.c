/* SPDX-License-Identifier: MIT */

/* Calls that wait: ROLE PORT SECONDS. `trip` sends 64 bytes to an echo server and
 * waits for them, `bind` makes a socket with an address of its own and closes it,
 * `look` polls nothing for no time.
 */

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "report.h"

static char bytes[64];
static struct sockaddr_in server;


static void check(const char* what, int result) {
  if (result >= 0)
    return;

  perror(what);
  exit(1);
}


static void trip(int fd) {
  size_t come;
  int n;

  check("send", send(fd, bytes, sizeof(bytes), 0));
  for (come = 0; come < sizeof(bytes); come += n) {
    n = recv(fd, bytes, sizeof(bytes), 0);
    check("recv", n > 0 ? n : -1);
  }
}


static void take_address(int unused) {
  struct sockaddr_in any;
  int fd;

  any = server;
  any.sin_port = 0;
  fd = socket(AF_INET, SOCK_STREAM, 0);
  check("socket", fd);
  check("bind", bind(fd, (struct sockaddr*) &any, sizeof(any)));
  close(fd);
}


static void look(int unused) {
  check("poll", poll(NULL, 0, 0));
}


int main(int argc, char** argv) {
  void (*call)(int fd);
  double operations;
  double deadline;
  double began;
  int fd;
  int on;

  on = 1;
  server.sin_family = AF_INET;
  server.sin_port = htons(atoi(argv[2]));
  server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  fd = socket(AF_INET, SOCK_STREAM, 0);
  check("connect", connect(fd, (struct sockaddr*) &server, sizeof(server)));
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));

  call = strcmp(argv[1], "trip") == 0   ? trip
         : strcmp(argv[1], "bind") == 0 ? take_address
                                        : look;
  operations = 0;
  began = report_ready();
  deadline = began + atof(argv[3]);
  for (; seconds_of_now() < deadline; operations++)
    call(fd);

  report(operations, began);
  sleep(1000);
  return 0;
}

/* SPDX-License-Identifier: MIT */

/* A plugin that takes whatever it gets, in one of several ways. Its argument is
 * the way.
 */

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static char block[65536];


static void spin(void) {
  volatile unsigned count;

  for (count = 0;; count++)
    ;
}


static void calls(void) {
  for (;;)
    sched_yield();
}


static void output(void) {
  memset(block, 'x', sizeof(block));

  for (;;)
    write(1, block, sizeof(block));
}


static void listeners(void) {
  struct sockaddr_in addr;
  int fd;

  memset(&addr, 0, sizeof(addr));
  addr.sin_family = AF_INET;
  addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);

  for (;;) {
    fd = socket(AF_INET, SOCK_STREAM, 0);
    bind(fd, (struct sockaddr*) &addr, sizeof(addr));
    listen(fd, 128);
  }
}


static void lookups(void) {
  struct addrinfo* found;
  char name[32];
  unsigned count;

  for (count = 0;; count++) {
    snprintf(name, sizeof(name), "n%u.invalid", count);
    if (getaddrinfo(name, "80", NULL, &found) == 0)
      freeaddrinfo(found);
  }
}


static void pipes(void) {
  int ends[2];

  for (;;)
    if (pipe2(ends, O_NONBLOCK) == 0)
      while (write(ends[1], "x", 1) == 1)
        ;
}


static void files(void) {
  char name[32];
  unsigned count;
  int fd;

  for (count = 0;; count++) {
    snprintf(name, sizeof(name), "/f%u", count);
    fd = open(name, O_CREAT | O_WRONLY, 0666);
    write(fd, block, sizeof(block));
    close(fd);
  }
}


static void memory(void) {
  char* taken;

  for (;;) {
    taken = malloc(1024 * 1024);
    if (taken != NULL)
      memset(taken, 1, 1024 * 1024);
  }
}


int main(int argc, char** argv) {
  static const struct {
    const char* name;
    void (*run)(void);
  } ways[] = {
    { "spin", spin },        { "calls", calls },     { "output", output },
    { "listen", listeners }, { "lookups", lookups }, { "pipes", pipes },
    { "files", files },      { "memory", memory },
  };
  size_t i;

  for (i = 0; argc > 1 && i < sizeof(ways) / sizeof(ways[0]); i++)
    if (strcmp(argv[1], ways[i].name) == 0)
      ways[i].run();

  return 1;
}

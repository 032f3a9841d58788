/* SPDX-License-Identifier: MIT */

/* A program without libuv that scenarios exchange bytes with:
 *
 *   peer PORT SCRIPT
 *
 * It connects to PORT of 127.0.0.1, over a plain blocking socket, and runs the
 * commands of SCRIPT, one after the other:
 *
 *   write:N   writes N bytes
 *   flood     writes until that fails, or it is killed
 *   read:N    reads N bytes
 *   peek      waits for a byte and leaves it
 *   end       reads until the end or an error
 *   shut      ends the writing side
 *   reset     closes with a reset (SO_LINGER with a time of 0)
 *   wait      waits to be killed
 *
 * It exits after the last command, which closes the socket.
 */

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static char buffer[65536];


static size_t piece(long left) {
  return left < (long) sizeof(buffer) ? (size_t) left : sizeof(buffer);
}


static void write_bytes(int fd, long left) {
  ssize_t n;

  for (; left > 0; left -= n) {
    n = write(fd, buffer, piece(left));
    if (n < 0)
      return;
  }
}


static void read_bytes(int fd, long left) {
  ssize_t n;

  for (; left > 0; left -= n) {
    n = read(fd, buffer, piece(left));
    if (n <= 0)
      return;
  }
}


static void reset(int fd) {
  struct linger linger;

  linger.l_onoff = 1;
  linger.l_linger = 0;
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
  close(fd);
}


static int perform(int fd, const char* word) {
  if (strncmp(word, "write:", 6) == 0)
    write_bytes(fd, atol(word + 6));
  else if (strcmp(word, "flood") == 0)
    write_bytes(fd, 0x7fffffff);
  else if (strncmp(word, "read:", 5) == 0)
    read_bytes(fd, atol(word + 5));
  else if (strcmp(word, "end") == 0)
    read_bytes(fd, 0x7fffffff);
  else if (strcmp(word, "peek") == 0)
    recv(fd, buffer, 1, MSG_PEEK);
  else if (strcmp(word, "shut") == 0)
    shutdown(fd, SHUT_WR);
  else if (strcmp(word, "reset") == 0)
    reset(fd);
  else if (strcmp(word, "wait") == 0)
    pause();
  else
    return -1;

  return 0;
}


int main(int argc, char** argv) {
  struct sockaddr_in addr;
  char* word;
  int fd;

  if (argc != 3) {
    fprintf(stderr, "usage: peer PORT SCRIPT\n");
    return 2;
  }

  signal(SIGPIPE, SIG_IGN);
  memset(&addr, 0, sizeof(addr));
  addr.sin_family = AF_INET;
  addr.sin_port = htons(atoi(argv[1]));
  addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  fd = socket(AF_INET, SOCK_STREAM, 0);

  if (fd < 0 || connect(fd, (struct sockaddr*) &addr, sizeof(addr)) != 0) {
    perror("peer: connect");
    return 1;
  }

  for (word = strtok(argv[2], " "); word != NULL; word = strtok(NULL, " "))
    if (perform(fd, word) != 0) {
      fprintf(stderr, "peer: '%s' is no word of a script\n", word);
      return 2;
    }

  return 0;
}

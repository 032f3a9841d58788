/* Sockets, and no files; and no texts of errors, which are 2 kB. */

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int main(void) {
  struct sockaddr_in server;
  char answer[100];
  ssize_t n;
  int fd;

  memset(&server, 0, sizeof(server));
  server.sin_family = AF_INET;
  server.sin_port = htons(8080);
  inet_pton(AF_INET, "127.0.0.1", &server.sin_addr);

  fd = socket(AF_INET, SOCK_STREAM, 0);
  if (connect(fd, (struct sockaddr*) &server, sizeof(server))) {
    printf("no server\n");
    return 1;
  }

  send(fd, "question", 8, 0);
  n = recv(fd, answer, sizeof(answer), 0);
  printf("%d bytes\n", (int) n);
  close(fd);
  return 0;
}

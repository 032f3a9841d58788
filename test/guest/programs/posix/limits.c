/* SPDX-License-Identifier: MIT */

/* The limit of descriptors, which a program may lower, and then raise again up
 * to its hard limit. A name is looked up in a file, which takes one.
 */

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static void print_result(const char* title, int r) {
  printf("%s: ", title);
  if (r == EAI_NONAME)
    printf("no name\n");
  else if (r < 0)
    printf("%s\n", errno == EMFILE ? "EMFILE" : strerror(errno));
  else
    printf("%d\n", r);
}


static int set_limit(rlim_t soft, rlim_t hard) {
  struct rlimit limit = { soft, hard };

  return setrlimit(RLIMIT_NOFILE, &limit);
}


int main(void) {
  struct addrinfo* found;
  struct rlimit limit;
  rlim_t hard;
  int fds[2];
  int fd;

  print_result("asked", getrlimit(RLIMIT_NOFILE, &limit));
  hard = limit.rlim_max;

  print_result("12", set_limit(12, hard));
  while ((fd = open(".", O_RDONLY)) >= 0)
    print_result("opened", fd);

  print_result("one more", fd);
  print_result("dup", dup(1));
  print_result("dup2", dup2(1, 12));
  print_result("a name", getaddrinfo("localhost", "80", NULL, &found));
  print_result("a number", getaddrinfo("127.0.0.1", "80", NULL, &found));
  freeaddrinfo(found);
  print_result("F_DUPFD", fcntl(1, F_DUPFD, 12));
  close(11);
  print_result("a pipe", pipe(fds));
  print_result("dup2", dup2(1, 11));

  print_result("raised", set_limit(14, hard));
  print_result("a pipe", pipe(fds));
  print_result("its end", fds[1]);

  print_result("above the hard limit", set_limit(14, 13));
  print_result("below what is open", set_limit(5, 14));
  print_result("write", write(fds[1], "x", 1));
  print_result("dup", dup(1));
  getrlimit(RLIMIT_NOFILE, &limit);
  printf("limits: %d %d\n", (int) limit.rlim_cur, (int) limit.rlim_max);
  printf("size of the table: %d\n", getdtablesize());

  return 0;
}

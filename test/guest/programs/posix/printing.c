/* Printing to a descriptor that has no room, and to one that is gone. */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

static int reader;
static int signals;


static void report(const char* what, int r) {
  printf("%s: %s\n", what, r == EOF ? strerror(errno) : "printed");
}


static void count(int signum) {
  signals++;
}


static void drain(int signum) {
  char bytes[65536];

  signals++;
  while (recv(reader, bytes, sizeof(bytes), MSG_DONTWAIT) > 0)
    ;
}


/* A stream without a buffer, whose peer is `reader` and has no room. */
static FILE* open_full(void) {
  static char bytes[4096];
  int fds[2];
  FILE* file;

  if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds))
    return NULL;

  reader = fds[0];
  while (send(fds[1], bytes, sizeof(bytes), MSG_DONTWAIT) > 0)
    ;

  file = fdopen(fds[1], "w");
  setvbuf(file, NULL, _IONBF, 0);
  return file;
}


static void finish(FILE* file) {
  printf("error: %d\n", ferror(file) != 0);
  fclose(file);
  close(reader);
}


static void interrupt(void (*handler)(int), int flags) {
  struct itimerval soon = { { 0, 0 }, { 0, 20000 } };
  struct sigaction action;

  memset(&action, 0, sizeof(action));
  action.sa_handler = handler;
  action.sa_flags = flags;
  sigaction(SIGALRM, &action, NULL);
  setitimer(ITIMER_REAL, &soon, NULL);
}


int main(void) {
  struct timeval limit = { 0, 20000 };
  FILE* file;

  file = open_full();
  setsockopt(fileno(file), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
  report("with a timeout", fputs("late", file));
  finish(file);

  file = open_full();
  fcntl(fileno(file), F_SETFL, O_NONBLOCK);
  report("without waiting", fputs("never", file));
  finish(file);

  file = open_full();
  interrupt(count, 0);
  report("after a signal", fputs("interrupted", file));
  finish(file);

  file = open_full();
  interrupt(drain, SA_RESTART);
  report("after a signal that makes room", fputs("restarted", file));
  printf("signals: %d\n", signals);
  finish(file);

  signal(SIGPIPE, SIG_IGN);
  file = open_full();
  close(reader);
  report("without a reader", fputs("gone", file));
  finish(file);

  return 0;
}

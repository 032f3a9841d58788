/* SPDX-License-Identifier: MIT */

#include "probe.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

static volatile sig_atomic_t count;
static volatile sig_atomic_t number;
static volatile sig_atomic_t origin;


static void handle(int signum) {
  count++;
  number = signum;
}


static void handle_info(int signum, siginfo_t* info, void* context) {
  handle(signum);
  origin = info->si_pid == getpid();
}


/* Installs the handler with some flags. */
static int install(int signum, int flags) {
  struct sigaction action;

  memset(&action, 0, sizeof(action));
  action.sa_handler = handle;
  action.sa_flags = flags;
  return sigaction(signum, &action, NULL);
}


/* Sends SIGALRM once, after some milliseconds. */
static int after(int milliseconds) {
  struct itimerval timer;

  memset(&timer, 0, sizeof(timer));
  timer.it_value.tv_usec = milliseconds * 1000;
  return setitimer(ITIMER_REAL, &timer, NULL);
}


PROBE(sigaction) {
  struct sigaction action;

  say("a handler", install(SIGUSR1, SA_RESETHAND));
  memset(&action, 0, sizeof(action));
  say("asked", sigaction(SIGUSR1, NULL, &action));
  yes("is it", action.sa_handler == handle);
  yes("its flag", action.sa_flags & SA_RESETHAND);
  raise(SIGUSR1);
  say("called", count);
  sigaction(SIGUSR1, NULL, &action);
  yes("only once", action.sa_handler == SIG_DFL);
  action.sa_sigaction = handle_info;
  action.sa_flags = SA_SIGINFO;
  say("with information", sigaction(SIGUSR2, &action, NULL));
  kill(getpid(), SIGUSR2);
  say("called", count);
  yes("from this process", origin);
  say("SIGKILL", install(SIGKILL, 0));
  say("SIGSTOP", install(SIGSTOP, 0));
  say("0", install(0, 0));
  say("an unknown number", install(999, 0));
}


PROBE(signal) {
  yes("the default", signal(SIGUSR1, handle) == SIG_DFL);
  raise(SIGUSR1);
  raise(SIGUSR1);
  say("called", count);
  yes("the previous", signal(SIGUSR1, SIG_IGN) == handle);
  raise(SIGUSR1);
  say("ignored", count);
  say("SIGKILL", signal(SIGKILL, handle) == SIG_ERR ? -1 : 0);
  say("an unknown number", signal(999, handle) == SIG_ERR ? -1 : 0);
}


PROBE(raise) {
  sigset_t mask;

  install(SIGUSR1, 0);
  say("handled", raise(SIGUSR1));
  say("called before it returns", count);
  sigemptyset(&mask);
  sigaddset(&mask, SIGUSR1);
  sigprocmask(SIG_BLOCK, &mask, NULL);
  raise(SIGUSR1);
  say("blocked", count);
  sigprocmask(SIG_UNBLOCK, &mask, NULL);
  say("unblocked", count);
  say("ignored by default", raise(SIGCHLD));
  say("an unknown number", raise(999));
}


PROBE(raise_SIGTERM) {
  say("before", 0);
  raise(SIGTERM);
  say("after", 1);
}


PROBE(kill) {
  install(SIGUSR1, 0);
  say("itself", kill(getpid(), SIGUSR1));
  say("called", count);
  say("its group", kill(getpid(), 0));
  say("an unknown number", kill(getpid(), 999));
  say("an unknown process", kill(99999999, 0));
  kill(getpid(), SIGKILL);
  say("after", 1);
}


PROBE(sigprocmask) {
  sigset_t pending;
  sigset_t mask;
  sigset_t old;

  install(SIGUSR1, 0);
  sigemptyset(&mask);
  sigaddset(&mask, SIGUSR1);
  say("blocked", sigprocmask(SIG_BLOCK, &mask, &old));
  say("was not", sigismember(&old, SIGUSR1));
  raise(SIGUSR1);
  raise(SIGUSR1);
  say("called", count);
  say("pending", sigpending(&pending));
  say("is", sigismember(&pending, SIGUSR1));
  say("unblocked", sigprocmask(SIG_SETMASK, &old, NULL));
  say("called once", count);
  sigpending(&pending);
  say("pending no more", sigismember(&pending, SIGUSR1));
  say("an unknown way", sigprocmask(99, &mask, NULL));
  sigprocmask(SIG_SETMASK, NULL, &old);
  say("asked", sigismember(&old, SIGUSR1));
}


PROBE(pause) {
  double start;

  install(SIGALRM, SA_RESTART);
  start = now();
  say("a timer", after(30));
  say("pause()", pause());
  yes("in time", now() - start >= 29);
  say("called", count);
}


PROBE(alarm) {
  install(SIGALRM, 0);
  say("none before", alarm(100));
  say("the rest", alarm(1));
  say("sleep() goes on for", sleep(5) >= 3 ? 4 : 0);
  say("called", count);
  say("over", alarm(0));
}


PROBE(setitimer) {
  struct itimerval timer = { { 0, 10000 }, { 0, 10000 } };
  double start;

  install(SIGALRM, 0);
  start = now();
  say("repeated", setitimer(ITIMER_REAL, &timer, NULL));
  while (count < 3)
    poll(NULL, 0, 1000);
  yes("in time", now() - start >= 29);
  say("asked", getitimer(ITIMER_REAL, &timer));
  say("the interval", timer.it_interval.tv_usec);
  yes("the rest", timer.it_value.tv_usec <= 10000);
  memset(&timer, 0, sizeof(timer));
  say("disarmed", setitimer(ITIMER_REAL, &timer, NULL));
  count = 0;
  poll(NULL, 0, 30);
  say("called", count);
  say("an unknown timer", setitimer(99, &timer, NULL));
  timer.it_value.tv_usec = 1000000;
  say("a wrong time", setitimer(ITIMER_REAL, &timer, NULL));
}


static void before_abort(int signum) {
  say("the handler", signum == SIGABRT);
}


PROBE(abort) {
  signal(SIGABRT, before_abort);
  abort();
}


PROBE(SA_RESTART) {
  struct pollfd pollfd;
  char byte;
  int fds[2];

  if (pipe(fds) != 0)
    failed("pipe()");
  pollfd.fd = fds[0];
  pollfd.events = POLLIN;
  install(SIGALRM, 0);
  after(20);
  say("read()", read(fds[0], &byte, 1));
  after(20);
  say("poll()", poll(&pollfd, 1, 2000));
  install(SIGALRM, SA_RESTART);
  after(20);
  say("poll() with SA_RESTART", poll(&pollfd, 1, 2000));
  say("called", count);
  write(fds[1], "a", 1);
  after(20);
  say("read() with SA_RESTART", read(fds[0], &byte, 1));
}


PROBE(SIGPIPE) {
  int fds[2];

  if (pipe(fds) != 0)
    failed("pipe()");
  close(fds[0]);
  install(SIGPIPE, 0);
  say("handled", write(fds[1], "a", 1));
  say("called", number == SIGPIPE);
  signal(SIGPIPE, SIG_IGN);
  say("ignored", write(fds[1], "a", 1));
  tcp_pair(fds);
  shutdown(fds[0], SHUT_WR);
  install(SIGPIPE, 0);
  say("a socket", write(fds[0], "a", 1));
  say("called", count);
  say("MSG_NOSIGNAL", send(fds[0], "a", 1, MSG_NOSIGNAL));
  say("called", count);
  signal(SIGPIPE, SIG_DFL);
  write(fds[0], "a", 1);
  say("after", 1);
}

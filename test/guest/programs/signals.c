/* SPDX-License-Identifier: MIT */

/* Signals that a program sends to itself, and alarms: what POSIX says of each
 * call, printed. `signals NAME` does the part with that name, `signals` all
 * that do not end the program.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

/* Also what POSIX has given up. */
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

#define MAX 32

static int order[MAX];
static volatile sig_atomic_t count;
static sigjmp_buf out;


static void note(int signum) {
  if (count < MAX)
    order[count] = signum;

  count++;
}


static void say(const char* what, int r) {
  int err = errno;
  int i;

  printf("%s: %d%s%s", what, r, r < 0 ? " " : "", r < 0 ? strerror(err) : "");
  for (i = 0; i < count && i < MAX; i++)
    printf("%s%s", i == 0 ? " after " : ", ", strsignal(order[i]));

  printf("\n");
  count = 0;
}


static void handle(int signum, void (*handler)(int), int flags) {
  struct sigaction action;

  memset(&action, 0, sizeof(action));
  action.sa_handler = handler;
  action.sa_flags = flags;
  if (sigaction(signum, &action, NULL))
    perror("sigaction");
}


static void tick(long after, long interval) {
  struct itimerval value = { { 0, interval * 1000 }, { 0, after * 1000 } };

  setitimer(ITIMER_REAL, &value, NULL);
}


static sigset_t set_of(int one, int other) {
  sigset_t set;

  sigemptyset(&set);
  if (one)
    sigaddset(&set, one);
  if (other)
    sigaddset(&set, other);

  return set;
}


static void sending(void) {
  handle(SIGUSR1, note, 0);
  say("raise", raise(SIGUSR1));
  say("kill", kill(getpid(), SIGUSR1));
  say("find the group", kill(0, 0));
  say("pthread_kill", pthread_kill(pthread_self(), SIGUSR1));
  say("kill with 0", kill(getpid(), 0));
  say("raise 0", raise(0) ? -1 : 0);
  say("raise -1", raise(-1));
  say("raise 65", raise(65));
  say("kill with 1000", kill(getpid(), 1000));
  say("kill a process that is not there", kill(999999, SIGUSR1));
  say("kill a group that is not there", kill(-999999, 0));
  raise(SIGCHLD);
  raise(SIGURG);
  raise(SIGWINCH);
  raise(SIGCONT);
  say("ignored by default", 0);
  signal(SIGTERM, SIG_IGN);
  say("ignored", raise(SIGTERM));
  signal(SIGTERM, SIG_DFL);
}


static void actions(void) {
  struct sigaction action;
  struct sigaction old;

  handle(SIGUSR1, note, SA_RESTART | SA_NODEFER);
  memset(&old, 0xff, sizeof(old));
  say("sigaction", sigaction(SIGUSR1, NULL, &old));
  printf("it is %d, flags %x, mask %d\n",
         old.sa_handler == note,
         (unsigned) old.sa_flags & (SA_RESTART | SA_NODEFER | SA_SIGINFO),
         sigisemptyset(&old.sa_mask));

  memset(&action, 0, sizeof(action));
  action.sa_handler = note;
  say("sigaction(SIGKILL)", sigaction(SIGKILL, &action, NULL));
  say("sigaction(SIGSTOP)", sigaction(SIGSTOP, &action, NULL));
  say("sigaction(SIGKILL, NULL)", sigaction(SIGKILL, NULL, &old));
  say("sigaction(0)", sigaction(0, &action, NULL));
  say("sigaction(65)", sigaction(65, &action, NULL));

  handle(SIGUSR1, note, SA_RESETHAND);
  raise(SIGUSR1);
  sigaction(SIGUSR1, NULL, &old);
  say("SA_RESETHAND", old.sa_handler == SIG_DFL);

  printf("signal: %d\n", signal(SIGUSR1, note) == SIG_DFL);
  printf("signal: %d\n", signal(SIGUSR1, SIG_IGN) == note);
  printf("signal: %d\n", signal(SIGUSR1, SIG_DFL) == SIG_IGN);
  printf("signal: %d\n", signal(SIGKILL, note) == SIG_ERR);
  signal(SIGUSR1, note);
  sigaction(SIGUSR1, NULL, &old);
  printf("restarts: %d\n", (old.sa_flags & SA_RESTART) != 0);
  siginterrupt(SIGUSR1, 1);
  sigaction(SIGUSR1, NULL, &old);
  printf("restarts: %d\n", (old.sa_flags & SA_RESTART) != 0);
}


static void describe(int signum, siginfo_t* info, void* context) {
  printf("%d: signal %d, from me %d, code %d, value %d, context %d\n",
         signum,
         info->si_signo,
         info->si_pid == getpid() && info->si_uid == getuid(),
         info->si_code,
         info->si_code == SI_QUEUE ? info->si_value.sival_int : 0,
         context != NULL);
}


static void infos(void) {
  struct sigaction action;
  union sigval value = { .sival_int = 42 };

  memset(&action, 0, sizeof(action));
  action.sa_sigaction = describe;
  action.sa_flags = SA_SIGINFO;
  sigaction(SIGUSR1, &action, NULL);
  sigaction(SIGALRM, &action, NULL);
  raise(SIGUSR1);
  kill(getpid(), SIGUSR1);
  say("sigqueue", sigqueue(getpid(), SIGUSR1, value));
  tick(20, 0);
  say("pause", pause());
}


static void nested(int signum) {
  note(signum);
  if (count < 3)
    raise(signum);

  note(SIGURG);
}


static void masks(void) {
  sigset_t set = set_of(SIGUSR1, SIGUSR2);
  sigset_t old;

  handle(SIGUSR1, note, 0);
  handle(SIGUSR2, note, 0);
  say("sigprocmask", sigprocmask(SIG_BLOCK, &set, &old));
  raise(SIGUSR2);
  raise(SIGUSR1);
  raise(SIGUSR1);
  say("blocked", 0);
  sigpending(&set);
  printf("pending: %d %d %d\n",
         sigismember(&set, SIGUSR1),
         sigismember(&set, SIGUSR2),
         sigismember(&set, SIGTERM));

  say("unblocked", sigprocmask(SIG_SETMASK, &old, NULL));
  sigpending(&set);
  printf("pending: %d\n", !sigisemptyset(&set));
  say("how 99", sigprocmask(99, &set, NULL));
  say("how 99 without a set", sigprocmask(99, NULL, &set));

  sigfillset(&set);
  sigprocmask(SIG_SETMASK, &set, NULL);
  sigprocmask(SIG_BLOCK, NULL, &set);
  printf("blocked: %d %d %d\n",
         sigismember(&set, SIGTERM),
         sigismember(&set, SIGKILL),
         sigismember(&set, SIGSTOP));

  raise(SIGUSR1);
  signal(SIGUSR1, SIG_IGN);
  signal(SIGUSR1, note);
  sigprocmask(SIG_SETMASK, &old, NULL);
  say("ignored while it was pending", 0);

  handle(SIGUSR1, nested, 0);
  raise(SIGUSR1);
  say("nested", 0);
  handle(SIGUSR1, nested, SA_NODEFER);
  raise(SIGUSR1);
  say("nested with SA_NODEFER", 0);
}


static void queue(void) {
  union sigval value;
  sigset_t set = set_of(SIGRTMIN + 1, SIGRTMIN + 2);
  struct sigaction action;
  siginfo_t info;
  int i;

  memset(&action, 0, sizeof(action));
  action.sa_sigaction = describe;
  action.sa_flags = SA_SIGINFO;
  sigprocmask(SIG_BLOCK, &set, NULL);
  for (i = 0; i < 3; i++) {
    value.sival_int = i;
    sigqueue(getpid(), SIGRTMIN + 2, value);
    sigqueue(getpid(), SIGRTMIN + 1, value);
  }

  for (i = 0; i < 6; i++) {
    say("sigwaitinfo", sigwaitinfo(&set, &info) - SIGRTMIN);
    printf("value %d\n", info.si_value.sival_int);
  }
}


static void waits(void) {
  struct timespec brief = { 0, 30000000 };
  sigset_t set = set_of(SIGUSR1, SIGALRM);
  siginfo_t info;
  sigset_t none;
  sigset_t old;
  int signum;

  handle(SIGUSR1, note, 0);
  handle(SIGUSR2, note, 0);
  handle(SIGALRM, note, SA_RESTART);
  sigemptyset(&none);
  sigprocmask(SIG_BLOCK, &set, &old);

  raise(SIGUSR1);
  say("sigsuspend", sigsuspend(&none));
  tick(20, 0);
  say("sigsuspend", sigsuspend(&none));

  raise(SIGUSR1);
  say("sigwait", sigwait(&set, &signum));
  printf("it is %d\n", signum == SIGUSR1);
  tick(20, 0);
  say("sigwait", sigwait(&set, &signum));
  printf("it is %d\n", signum == SIGALRM);
  say("sigtimedwait", sigtimedwait(&set, &info, &brief));
  raise(SIGUSR1);
  say("sigtimedwait", sigtimedwait(&set, &info, &brief));
  printf("it is %d\n", info.si_signo == SIGUSR1);
  set = set_of(SIGUSR2, 0);
  sigprocmask(SIG_SETMASK, &old, NULL);
  tick(20, 0);
  brief.tv_sec = 5;
  say("sigtimedwait for another", sigtimedwait(&set, &info, &brief));
  brief.tv_nsec = -1;
  say("sigtimedwait", sigtimedwait(&set, &info, &brief));
  tick(20, 0);
  say("pause", pause());
}


static void sleeps(void) {
  struct timespec long_time = { 5, 0 };
  struct timespec left = { 0, 0 };
  struct pollfd p;
  int fds[2];

  handle(SIGALRM, note, SA_RESTART);
  tick(50, 0);
  say("sleep", sleep(5));
  tick(50, 0);
  say("usleep", usleep(900000));
  tick(50, 0);
  say("nanosleep", nanosleep(&long_time, &left));
  printf("left: %d\n", left.tv_sec == 4 && left.tv_nsec > 500000000);
  tick(50, 0);
  say("clock_nanosleep",
      clock_nanosleep(CLOCK_MONOTONIC, 0, &long_time, &left) == EINTR);
  pipe(fds);
  p.fd = fds[0];
  p.events = POLLIN;
  tick(50, 0);
  say("poll", poll(&p, 1, 5000));
  tick(50, 0);
  say("poll without an end", poll(&p, 1, -1));
  handle(SIGALRM, SIG_IGN, 0);
  tick(20, 0);
  say("poll with an ignored alarm", poll(&p, 1, 100));
}


static void write_later(int signum) {
  note(signum);
  if (count == 3)
    write(order[MAX - 1], "x", 1);
}


static void restarts(void) {
  char buf[1];
  int fds[2];

  pipe(fds);
  order[MAX - 1] = fds[1];
  handle(SIGALRM, write_later, 0);
  tick(30, 0);
  say("read", read(fds[0], buf, 1));
  handle(SIGALRM, write_later, SA_RESTART);
  tick(30, 30);
  say("read with SA_RESTART", read(fds[0], buf, 1));
  tick(0, 0);
  socketpair(AF_UNIX, SOCK_STREAM, 0, fds);
  handle(SIGALRM, note, 0);
  tick(30, 0);
  say("recv", recv(fds[0], buf, 1, 0));
}


static void alarms(void) {
  struct itimerval value = { { 0, 20000 }, { 0, 20000 } };
  struct itimerval old;
  int i;

  handle(SIGALRM, note, 0);
  printf("alarm: %u\n", alarm(10));
  printf("alarm: %u\n", alarm(0));
  printf("alarm: %u\n", alarm(0));
  say("setitimer", setitimer(ITIMER_REAL, &value, &old));
  for (i = 0; i < 3; i++)
    pause();

  say("three times", getitimer(ITIMER_REAL, &value));
  printf("%ld %ld %d\n",
         (long) value.it_interval.tv_sec,
         (long) value.it_interval.tv_usec,
         value.it_value.tv_usec <= 20000);
  memset(&value, 0, sizeof(value));
  setitimer(ITIMER_REAL, &value, &old);
  printf("%ld\n", (long) old.it_interval.tv_usec);
  getitimer(ITIMER_REAL, &value);
  printf("%d\n", value.it_value.tv_usec == 0 && value.it_interval.tv_usec == 0);
  value.it_value.tv_usec = 1000000;
  say("setitimer", setitimer(ITIMER_REAL, &value, NULL));
  value.it_value.tv_usec = 0;
  say("setitimer", setitimer(99, &value, NULL));
}


static void leave(int signum) {
  note(signum);
  siglongjmp(out, signum);
}


static void jumps(void) {
  sigset_t set;
  int fds[2];
  char buf[1];
  int i;

  pipe(fds);
  handle(SIGALRM, leave, 0);
  for (i = 0; i < 2; i++) {
    if (sigsetjmp(out, 1) == 0) {
      tick(20, 0);
      say("read", read(fds[0], buf, 1));
    }

    sigprocmask(SIG_BLOCK, NULL, &set);
    say("left", sigismember(&set, SIGALRM));
  }

  if (sigsetjmp(out, 0) == 0) {
    tick(20, 0);
    pause();
  }

  sigprocmask(SIG_BLOCK, NULL, &set);
  say("left without the mask", sigismember(&set, SIGALRM));
}


static void stacks(void) {
  stack_t stack;
  stack_t old;

  memset(&stack, 0, sizeof(stack));
  say("sigaltstack", sigaltstack(NULL, &old));
  printf("disabled: %d\n", old.ss_flags == SS_DISABLE);
  stack.ss_sp = malloc(65536);
  stack.ss_size = 65536;
  say("sigaltstack", sigaltstack(&stack, NULL));
  say("sigaltstack", sigaltstack(NULL, &old));
  printf("%d %d\n", old.ss_sp == stack.ss_sp, old.ss_flags);
  handle(SIGUSR1, note, SA_ONSTACK);
  say("raise", raise(SIGUSR1));
  stack.ss_size = 100;
  if (sigaltstack(&stack, NULL))
    printf("too small: %d\n", errno == ENOMEM);

  stack.ss_flags = SS_DISABLE;
  say("sigaltstack", sigaltstack(&stack, NULL));
}


static void pipes(void) {
  int fds[2];

  handle(SIGPIPE, note, 0);
  pipe(fds);
  close(fds[0]);
  say("write", write(fds[1], "x", 1));
  signal(SIGPIPE, SIG_IGN);
  say("write with SIGPIPE ignored", write(fds[1], "x", 1));
  signal(SIGPIPE, SIG_DFL);
  socketpair(AF_UNIX, SOCK_STREAM, 0, fds);
  close(fds[0]);
  say("send", send(fds[1], "x", 1, MSG_NOSIGNAL));
}


static void older(void) {
  handle(SIGUSR1, note, 0);
  say("sighold", sighold(SIGUSR1));
  raise(SIGUSR1);
  say("held", 0);
  say("sigpause", sigpause(SIGUSR1));
  raise(SIGUSR1);
  say("sigrelse", sigrelse(SIGUSR1));
  say("sigignore", sigignore(SIGUSR1));
  say("raise", raise(SIGUSR1));
  printf("sigset: %d\n", sigset(SIGUSR1, note) == SIG_IGN);
  printf("sigset: %d\n", sigset(SIGUSR1, SIG_HOLD) == note);
  printf("sigset: %d\n", sigset(SIGUSR1, note) == SIG_HOLD);
}


static void broken(void) {
  int fds[2];

  pipe(fds);
  close(fds[0]);
  write(fds[1], "x", 1);
  printf("still here\n");
}


static void say_abort(int signum) {
  printf("%s\n", strsignal(signum));
}


static void abort_with_handler(void) {
  signal(SIGABRT, say_abort);
  abort();
}


static void ignored_abort(void) {
  signal(SIGABRT, SIG_IGN);
  abort();
}


static void compute(void) {
  volatile unsigned long n = 0;

  alarm(1);
  for (;;)
    n++;
}


static const struct {
  const char* name;
  void (*run)(void);
  int ends;
} parts[] = {
  { "sending", sending, 0 },
  { "actions", actions, 0 },
  { "infos", infos, 0 },
  { "masks", masks, 0 },
  { "queue", queue, 0 },
  { "waits", waits, 0 },
  { "sleeps", sleeps, 0 },
  { "restarts", restarts, 0 },
  { "alarms", alarms, 0 },
  { "jumps", jumps, 0 },
  { "stacks", stacks, 0 },
  { "pipes", pipes, 0 },
  { "older", older, 0 },
  { "broken", broken, 1 },
  { "abort", abort, 1 },
  { "abort-with-handler", abort_with_handler, 1 },
  { "ignored-abort", ignored_abort, 1 },
  { "compute", compute, 1 },
};


int main(int argc, char** argv) {
  unsigned int i;

  setvbuf(stdout, NULL, _IONBF, 0);

  if (argc == 3 && strcmp(argv[1], "raise") == 0) {
    raise(atoi(argv[2]));
    printf("still here\n");
    return 0;
  }

  for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
    if (argc < 2 ? parts[i].ends : strcmp(argv[1], parts[i].name) != 0)
      continue;

    printf("--- %s\n", parts[i].name);
    parts[i].run();
  }

  return 0;
}

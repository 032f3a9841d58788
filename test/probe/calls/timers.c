/* SPDX-License-Identifier: MIT */

#include "probe.h"

#include <poll.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t count;
static volatile sig_atomic_t number;
static volatile sig_atomic_t origin;


static void handle_plain(int signum) {
  number = signum;
}


static void handle(int signum, siginfo_t* info, void* context) {
  count++;
  number = signum;
  origin = info->si_code == SI_TIMER ? info->si_value.sival_int : -1;
}


static int create_timer(int clock, int notify, int signum, timer_t* timer) {
  struct sigaction action;
  struct sigevent event;

  memset(&action, 0, sizeof(action));
  action.sa_sigaction = handle;
  action.sa_flags = SA_SIGINFO;
  if (signum > 0)
    sigaction(signum, &action, NULL);

  memset(&event, 0, sizeof(event));
  event.sigev_notify = notify;
  event.sigev_signo = signum;
  event.sigev_value.sival_int = 42;
  return timer_create(clock, &event, timer);
}


/* Sets a timer, in milliseconds. */
static int set_timer(timer_t timer, int first, int interval) {
  struct itimerspec setting;

  memset(&setting, 0, sizeof(setting));
  setting.it_value.tv_sec = first / 1000;
  setting.it_value.tv_nsec = first % 1000 * 1000000;
  setting.it_interval.tv_nsec = interval * 1000000;
  return timer_settime(timer, 0, &setting, NULL);
}


PROBE(timer_create) {
  timer_t timer;
  int notify;

  notify = SIGEV_SIGNAL;
  say("a signal", create_timer(CLOCK_MONOTONIC, notify, SIGUSR1, &timer));
  set_timer(timer, 10, 0);
  pause();
  say("called with", number == SIGUSR1 ? origin : -1);
  say("a real-time signal",
      create_timer(CLOCK_REALTIME, notify, SIGRTMIN + 2, &timer));
  set_timer(timer, 10, 0);
  pause();
  say("called with", number == SIGRTMIN + 2 ? origin : -1);
  say("none", create_timer(CLOCK_MONOTONIC, SIGEV_NONE, 0, &timer));
  signal(SIGALRM, handle_plain);
  say("without an event", timer_create(CLOCK_REALTIME, NULL, &timer));
  set_timer(timer, 10, 0);
  pause();
  yes("is an alarm", number == SIGALRM);
  say("time since boot", create_timer(CLOCK_BOOTTIME, notify, SIGUSR1, &timer));
  say("raw", create_timer(CLOCK_MONOTONIC_RAW, notify, SIGUSR1, &timer));
  say("an unknown clock", create_timer(99, notify, SIGUSR1, &timer));
  say("an unknown signal", create_timer(CLOCK_REALTIME, notify, 999, &timer));
  say("no signal", create_timer(CLOCK_REALTIME, notify, 0, &timer));
  say("an unknown way", create_timer(CLOCK_REALTIME, 99, SIGUSR1, &timer));
  signal(SIGUSR1, SIG_DFL);
  create_timer(CLOCK_REALTIME, notify, SIGUSR2, &timer);
  signal(SIGUSR2, SIG_DFL);
  set_timer(timer, 10, 0);
  pause();
  say("after", 1);
}


static void expire(union sigval value) {
}


PROBE(timer_create_SIGEV_THREAD) {
  struct sigevent event;
  timer_t timer;

  memset(&event, 0, sizeof(event));
  event.sigev_notify = SIGEV_THREAD;
  event.sigev_notify_function = expire;
  say("a thread", timer_create(CLOCK_MONOTONIC, &event, &timer));
}


PROBE(timer_settime) {
  struct itimerspec setting;
  struct itimerspec old;
  timer_t timer;
  double start;

  create_timer(CLOCK_MONOTONIC, SIGEV_SIGNAL, SIGUSR1, &timer);
  start = now();
  say("repeated", set_timer(timer, 20, 10));
  while (count < 3)
    pause();
  yes("in time", now() - start >= 39);
  say("asked", timer_gettime(timer, &setting));
  say("the interval", setting.it_interval.tv_nsec);
  yes("the rest", setting.it_value.tv_nsec <= 10000000);
  memset(&setting, 0, sizeof(setting));
  say("disarmed", timer_settime(timer, 0, &setting, &old));
  say("what it was", old.it_interval.tv_nsec);
  timer_gettime(timer, &setting);
  say("the rest", setting.it_value.tv_nsec + setting.it_interval.tv_nsec);
  count = 0;
  poll(NULL, 0, 30);
  say("called", count);
  clock_gettime(CLOCK_MONOTONIC, &setting.it_value);
  setting.it_value.tv_sec--;
  say("in the past", timer_settime(timer, TIMER_ABSTIME, &setting, NULL));
  poll(NULL, 0, 500);
  say("called at once", count);
  setting.it_value.tv_nsec = 1000000000;
  say("a wrong time", timer_settime(timer, 0, &setting, NULL));
  create_timer(CLOCK_MONOTONIC, SIGEV_NONE, 0, &timer);
  say("without a signal", set_timer(timer, 10, 0));
  poll(NULL, 0, 30);
  say("asked", timer_gettime(timer, &setting));
  say("is over", setting.it_value.tv_nsec);
}


PROBE(timer_getoverrun) {
  sigset_t mask;
  timer_t timer;
  double start;

  create_timer(CLOCK_MONOTONIC, SIGEV_SIGNAL, SIGUSR1, &timer);
  say("none", timer_getoverrun(timer));
  sigemptyset(&mask);
  sigaddset(&mask, SIGUSR1);
  sigprocmask(SIG_BLOCK, &mask, NULL);
  set_timer(timer, 10, 10);
  start = now();
  while (now() - start < 60)
    poll(NULL, 0, 60);
  sigprocmask(SIG_UNBLOCK, &mask, NULL);
  say("called", count);
  yes("missed", timer_getoverrun(timer) >= 4);
}


PROBE(timer_delete) {
  struct itimerspec setting;
  timer_t timer;

  create_timer(CLOCK_MONOTONIC, SIGEV_SIGNAL, SIGUSR1, &timer);
  set_timer(timer, 10, 0);
  say("armed", timer_delete(timer));
  poll(NULL, 0, 30);
  say("called", count);
  say("twice", timer_delete(timer));
  say("asked", timer_gettime(timer, &setting));
  say("set", set_timer(timer, 10, 0));
  say("overrun", timer_getoverrun(timer));
}

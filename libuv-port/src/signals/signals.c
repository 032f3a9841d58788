/* SPDX-License-Identifier: MIT */

/* Signals: the queue of those that are pending, and running their handlers. A
 * handler runs between two calls of the host, never inside of one, so a signal
 * from outside waits until the program's next call that may wait.
 */

#include "signals.h"
#include "uv_host.h"
#include "../libc.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

/* A standard signal is pending once at most, and once more for each timer. The
 * rest of the queue is for real-time signals; POSIX guarantees 32 of them.
 */
#define UVP__RESERVED (UVP__LAST_STANDARD + UVH_TIMERS)
#define UVP__QUEUE_MAX (UVP__RESERVED + 64)

/* The value of a timer's signal is the number of the timer. */
struct uvp__sent {
  int signum;
  int code;
  union sigval value;
};

uvp__sigset uvp__blocked;

const struct uvp__timer_calls* uvp__timer_calls;

static struct uvp__sent uvp__queue[UVP__QUEUE_MAX];
static int uvp__queued;


static int uvp__is_blocked(int signum) {
  return (uvp__blocked & uvp__signal_bit(signum)) != 0;
}


int uvp__enqueue(int signum, int code, union sigval value) {
  int is_standard;

  if (uvp__is_ignored(signum) && !uvp__is_blocked(signum))
    return 0;

  is_standard = signum <= UVP__LAST_STANDARD;
  if (is_standard && (uvp__pending() & uvp__signal_bit(signum)))
    return 0;

  if (uvp__queued >= UVP__QUEUE_MAX - (is_standard ? 0 : UVP__RESERVED))
    return EAGAIN;

  uvp__queue[uvp__queued++] = (struct uvp__sent){ signum, code, value };
  return 0;
}


void uvp__enqueue_timer(int signum, int timer) {
  uvp__queue[uvp__queued++] =
      (struct uvp__sent){ signum, SI_TIMER, { .sival_int = timer } };
}


/* Queues what the host has sent. */
static void uvp__collect(void) {
  unsigned int arrived;
  int signum;

  if ((uvp__arrived & UVH_TIMER_BIT) && uvp__timer_calls != NULL)
    uvp__timer_calls->collect();

  arrived = uvp__arrived & UVP__STANDARD;
  uvp__arrived = 0;

  for (; arrived != 0; arrived &= arrived - 1) {
    signum = __builtin_ctz(arrived) + 1;
    uvp__enqueue(signum,
                 signum == SIGALRM ? SI_KERNEL : SI_USER,
                 (union sigval){ .sival_int = 0 });
  }
}


uvp__sigset uvp__pending(void) {
  uvp__sigset signals;
  int i;

  signals = uvp__arrived & UVP__STANDARD;
  for (i = 0; i < uvp__queued; i++)
    signals |= uvp__signal_bit(uvp__queue[i].signum);

  return signals;
}


static void uvp__remove(int i) {
  uvp__queued--;
  memmove(uvp__queue + i,
          uvp__queue + i + 1,
          (uvp__queued - i) * sizeof(uvp__queue[0]));
}


int uvp__dequeue(uvp__sigset signals, siginfo_t* info) {
  struct uvp__sent sent;
  int lowest;
  int i;

  uvp__collect();
  lowest = -1;

  for (i = 0; i < uvp__queued; i++)
    if (signals & uvp__signal_bit(uvp__queue[i].signum))
      if (lowest < 0 || uvp__queue[i].signum < uvp__queue[lowest].signum)
        lowest = i;

  if (lowest < 0)
    return 0;

  sent = uvp__queue[lowest];
  uvp__remove(lowest);

  memset(info, 0, sizeof(*info));
  info->si_signo = sent.signum;
  info->si_code = sent.code;
  if (sent.code == SI_KERNEL)
    return sent.signum;

  if (sent.code == SI_TIMER) {
    uvp__timer_calls->take(sent.value.sival_int, info);
    return sent.signum;
  }

  info->si_pid = getpid();
  info->si_uid = getuid();
  info->si_value = sent.value;
  return sent.signum;
}


void uvp__drop(int signum) {
  siginfo_t unused;

  while (uvp__dequeue(uvp__signal_bit(signum), &unused) != 0)
    continue;
}


void uvp__drop_timer(int timer) {
  int i;

  for (i = uvp__queued - 1; i >= 0; i--)
    if (uvp__queue[i].code == SI_TIMER &&
        uvp__queue[i].value.sival_int == timer)
      uvp__remove(i);
}


static void uvp__call_handler(const struct uvp__action* action,
                              siginfo_t* info) {
  ucontext_t context;

  if (!(action->flags & SA_SIGINFO)) {
    action->run.handler(info->si_signo);
    return;
  }

  memset(&context, 0, sizeof(context));
  action->run.sigaction(info->si_signo, info, &context);
}


/* Ends the program as a signal does that has no handler. A trap shows where it
 * was raised.
 */
static void uvp__end_program(int signum) {
  if (signum == SIGABRT)
    __builtin_trap();

  _exit(128 + signum);
}


static int uvp__run(siginfo_t* info) {
  struct uvp__action action;
  uvp__sigset blocked;
  int signum;

  signum = info->si_signo;
  if (uvp__is_ignored(signum))
    return UVP__NO_SIGNAL;

  action = uvp__actions[signum];
  if (action.run.handler == SIG_DFL)
    uvp__end_program(signum);

  if (action.flags & SA_RESETHAND)
    uvp__actions[signum].run.handler = SIG_DFL;

  blocked = uvp__blocked;
  uvp__block(blocked | action.mask |
             (action.flags & SA_NODEFER ? 0 : uvp__signal_bit(signum)));

  /* As on Linux, this handler is interrupted before its first instruction by
   * the next signal, unless it blocks that.
   */
  uvp__deliver();
  uvp__call_handler(&action, info);
  uvp__block(blocked);
  uvp__tell_host();

  return action.flags & SA_RESTART ? UVP__RESTART : UVP__INTERRUPTED;
}


/* The first signal decides what happens to the interrupted call. */
int uvp__deliver(void) {
  siginfo_t info;
  int result;
  int r;

  result = UVP__NO_SIGNAL;

  while (uvp__dequeue(~uvp__blocked, &info) != 0) {
    r = uvp__run(&info);
    if (result == UVP__NO_SIGNAL)
      result = r;
  }

  return result;
}

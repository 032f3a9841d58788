/* SPDX-License-Identifier: MIT */

/* Signals, for the files that implement them. Other files need libc.h only. */

#ifndef UVP_SIGNALS_H_
#define UVP_SIGNALS_H_

#include <signal.h>
#include <stdint.h>

/* The host can send signals up to this one; the others are real-time signals,
 * which a program sends to itself.
 */
#define UVP__LAST_STANDARD 31
#define UVP__STANDARD 0x7fffffffu

/* A set of signals: bit n - 1 for signal n. */
typedef uint64_t uvp__sigset;

/* What a signal does. */
struct uvp__action {
  union {
    void (*handler)(int);
    void (*sigaction)(int, siginfo_t*, void*);
  } run;
  uvp__sigset mask;
  int flags;
};

extern struct uvp__action uvp__actions[_NSIG];

/* The blocked signals. */
extern uvp__sigset uvp__blocked;

static inline uvp__sigset uvp__signal_bit(int signum) {
  return (uvp__sigset) 1 << (signum - 1);
}

/* Whether there is a signal with that number. */
int uvp__is_signal(int signum);

/* Whether a signal has no effect if it is not blocked. */
int uvp__is_ignored(int signum);

uvp__sigset uvp__read_set(const sigset_t* set);
void uvp__write_set(sigset_t* set, uvp__sigset signals);

/* Blocks these signals and no others, as far as they can be blocked. */
void uvp__block(uvp__sigset signals);

/* Tells the host what to do with signals, if that has changed. To be called
 * after a change of actions or of blocked signals.
 */
void uvp__tell_host(void);

/* Blocks a set of signals during a wait, and stores the previous one. A signal
 * that is pending and not in the set ends the wait.
 */
void uvp__begin_mask(const sigset_t* set, sigset_t* old);
void uvp__end_mask(const sigset_t* old);

/* Queues a signal. Returns 0, or EAGAIN if the queue is full. */
int uvp__enqueue(int signum, int code, union sigval value);

/* What the queue asks of timer_create()'s timers, and NULL until there are any. */
struct uvp__timer_calls {
  /* Queues the signals of those that have expired. */
  void (*collect)(void);
  /* Describes a signal of a timer that is taken from the queue. */
  void (*take)(int timer, siginfo_t* info);
};

extern const struct uvp__timer_calls* uvp__timer_calls;

/* Queues the signal of a timer, which has none in the queue. */
void uvp__enqueue_timer(int signum, int timer);

/* Removes the signal of a timer from the queue. */
void uvp__drop_timer(int timer);

/* Takes the pending signal with the lowest number that is in the set. Returns
 * its number, or 0 if there is none.
 */
int uvp__dequeue(uvp__sigset signals, siginfo_t* info);

/* Drops a pending signal. */
void uvp__drop(int signum);

/* The pending signals. */
uvp__sigset uvp__pending(void);

/* Runs the handlers of all pending signals that are not blocked, or ends the
 * program. Returns what that means for the interrupted call: UVP__NO_SIGNAL,
 * UVP__RESTART or UVP__INTERRUPTED.
 */
int uvp__deliver(void);

#endif  /* UVP_SIGNALS_H_ */

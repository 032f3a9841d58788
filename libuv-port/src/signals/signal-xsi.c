/* SPDX-License-Identifier: MIT */

/* Older functions for signals, as far as the C library lacks them. */

#include "signals.h"
#include "../libc.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

static stack_t uvp__stack = { NULL, SS_DISABLE, 0 };


/* The stack of handlers is stored, but handlers run on the program's own: a
 * stack that has overflowed ends a program here in any case.
 */
int sigaltstack(const stack_t* restrict stack, stack_t* restrict old) {
  stack_t previous;

  previous = uvp__stack;

  if (stack != NULL) {
    if (stack->ss_flags & ~SS_DISABLE)
      return uvp__fail(EINVAL);

    if (!(stack->ss_flags & SS_DISABLE) && stack->ss_size < MINSIGSTKSZ)
      return uvp__fail(ENOMEM);

    uvp__stack = *stack;
    if (stack->ss_flags & SS_DISABLE)
      uvp__stack = (stack_t){ NULL, SS_DISABLE, 0 };
  }

  if (old != NULL)
    *old = previous;

  return 0;
}


static int uvp__change_mask(int how, int signum, sigset_t* old) {
  sigset_t set;

  if (!uvp__is_signal(signum))
    return uvp__fail(EINVAL);

  uvp__write_set(&set, uvp__signal_bit(signum));
  return sigprocmask(how, &set, old);
}


int sighold(int signum) {
  return uvp__change_mask(SIG_BLOCK, signum, NULL);
}


int sigrelse(int signum) {
  return uvp__change_mask(SIG_UNBLOCK, signum, NULL);
}


int sigignore(int signum) {
  struct sigaction action;

  memset(&action, 0, sizeof(action));
  action.sa_handler = SIG_IGN;
  return sigaction(signum, &action, NULL);
}


int sigpause(int signum) {
  sigset_t set;

  if (!uvp__is_signal(signum))
    return uvp__fail(EINVAL);

  uvp__write_set(&set, uvp__blocked & ~uvp__signal_bit(signum));
  return sigsuspend(&set);
}


void (*sigset(int signum, void (*handler)(int)))(int) {
  struct sigaction action;
  struct sigaction old;
  sigset_t mask;

  memset(&action, 0, sizeof(action));
  action.sa_handler = handler;
  if (sigaction(signum, handler == SIG_HOLD ? NULL : &action, &old))
    return SIG_ERR;

  if (uvp__change_mask(handler == SIG_HOLD ? SIG_BLOCK : SIG_UNBLOCK,
                       signum,
                       &mask))
    return SIG_ERR;

  return sigismember(&mask, signum) ? SIG_HOLD : old.sa_handler;
}


void psignal(int signum, const char* message) {
  const char* separator;
  int err;

  err = errno;
  separator = ": ";
  if (message == NULL || *message == '\0')
    message = separator = "";

  fprintf(stderr, "%s%s%s\n", message, separator, strsignal(signum));
  errno = err;
}


void psiginfo(const siginfo_t* info, const char* message) {
  psignal(info->si_signo, message);
}

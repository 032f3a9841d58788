/* SPDX-License-Identifier: MIT */

/* What signals do: sigaction() and its relatives. */

#include "signals.h"
#include "uv_host.h"
#include "../libc.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

struct uvp__action uvp__actions[_NSIG];


/* The first two real-time signals belong to the C library, as on Linux. */
int uvp__is_signal(int signum) {
  return signum > 0 && signum < _NSIG && signum != 32 && signum != 33;
}


/* A guest is like a process in an orphaned process group: there is no shell
 * that could continue it, so the stop signals of terminals have no effect.
 */
static int uvp__is_ignored_by_default(int signum) {
  switch (signum) {
    case SIGCHLD:
    case SIGCONT:
    case SIGURG:
    case SIGWINCH:
    case SIGTSTP:
    case SIGTTIN:
    case SIGTTOU:
      return 1;
  }

  return 0;
}


int uvp__is_ignored(int signum) {
  void (*handler)(int);

  handler = uvp__actions[signum].run.handler;
  return handler == SIG_IGN ||
         (handler == SIG_DFL && uvp__is_ignored_by_default(signum));
}


/* abort() cannot be prevented, only observed. */
static void uvp__handle_abort(void) {
  if (uvp__is_ignored(SIGABRT) || uvp__actions[SIGABRT].run.handler == SIG_DFL)
    return;

  uvp__block(uvp__blocked & ~uvp__signal_bit(SIGABRT));
  raise(SIGABRT);
}


void uvp__tell_host(void) {
  static const struct uvp__signal_calls calls = {
    uvp__deliver,
    raise,
    uvp__handle_abort,
  };
  static unsigned int told[2];
  unsigned int caught;
  unsigned int ignored;
  int signum;

  caught = uvp__blocked & UVP__STANDARD;
  ignored = 0;

  for (signum = 1; signum <= UVP__LAST_STANDARD; signum++)
    if (uvp__is_ignored(signum))
      ignored |= uvp__signal_bit(signum);
    else if (uvp__actions[signum].run.handler != SIG_DFL)
      caught |= uvp__signal_bit(signum);

  if (caught == told[0] && ignored == told[1])
    return;

  told[0] = caught;
  told[1] = ignored;
  uvp__signal_calls = &calls;
  uvh_signals(caught, ignored, &uvp__arrived);
}


static void uvp__read_action(struct uvp__action* action,
                             const struct sigaction* from) {
  action->run.handler = from->sa_handler;
  action->mask = uvp__read_set(&from->sa_mask);
  action->flags = from->sa_flags;
}


static void uvp__write_action(struct sigaction* to,
                              const struct uvp__action* action) {
  memset(to, 0, sizeof(*to));
  to->sa_handler = action->run.handler;
  uvp__write_set(&to->sa_mask, action->mask);
  to->sa_flags = action->flags;
}


int sigaction(int signum,
              const struct sigaction* restrict action,
              struct sigaction* restrict old) {
  struct uvp__action previous;

  if (!uvp__is_signal(signum))
    return uvp__fail(EINVAL);

  if (action != NULL && (signum == SIGKILL || signum == SIGSTOP))
    return uvp__fail(EINVAL);

  previous = uvp__actions[signum];

  if (action != NULL) {
    uvp__read_action(uvp__actions + signum, action);
    if (uvp__is_ignored(signum))
      uvp__drop(signum);

    uvp__tell_host();
  }

  if (old != NULL)
    uvp__write_action(old, &previous);

  return 0;
}


/* The C library's other functions call it by this name. */
int __sigaction(int, const struct sigaction*, struct sigaction*)
    __attribute__((alias("sigaction")));


static void (*uvp__set_handler(int signum,
                               void (*handler)(int),
                               int flags))(int) {
  struct sigaction action;
  struct sigaction old;

  memset(&action, 0, sizeof(action));
  action.sa_handler = handler;
  action.sa_flags = flags;

  return sigaction(signum, &action, &old) ? SIG_ERR : old.sa_handler;
}


void (*signal(int signum, void (*handler)(int)))(int) {
  return uvp__set_handler(signum, handler, SA_RESTART);
}


void (*bsd_signal(int signum, void (*handler)(int)))(int) {
  return uvp__set_handler(signum, handler, SA_RESTART);
}


void (*__sysv_signal(int signum, void (*handler)(int)))(int) {
  return uvp__set_handler(signum, handler, SA_RESETHAND | SA_NODEFER);
}


int siginterrupt(int signum, int interrupts) {
  struct sigaction action;

  if (sigaction(signum, NULL, &action))
    return -1;

  if (interrupts)
    action.sa_flags &= ~SA_RESTART;
  else
    action.sa_flags |= SA_RESTART;

  return sigaction(signum, &action, NULL);
}

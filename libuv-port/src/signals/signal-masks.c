/* SPDX-License-Identifier: MIT */

/* Sets of signals, and blocking them. */

#include "signals.h"
#include "uv_host.h"
#include "../libc.h"

#include <errno.h>
#include <setjmp.h>
#include <stddef.h>
#include <string.h>


uvp__sigset uvp__read_set(const sigset_t* set) {
  uvp__sigset signals;

  memcpy(&signals, set, sizeof(signals));
  return signals;
}


void uvp__write_set(sigset_t* set, uvp__sigset signals) {
  memset(set, 0, sizeof(*set));
  memcpy(set, &signals, sizeof(signals));
}


void uvp__block(uvp__sigset signals) {
  uvp__blocked =
      signals & ~(uvp__signal_bit(SIGKILL) | uvp__signal_bit(SIGSTOP));
}


int pthread_sigmask(int how,
                    const sigset_t* restrict set,
                    sigset_t* restrict old) {
  uvp__sigset previous;
  uvp__sigset signals;

  previous = uvp__blocked;

  if (set != NULL) {
    signals = uvp__read_set(set);

    switch (how) {
      case SIG_BLOCK:
        uvp__block(previous | signals);
        break;

      case SIG_UNBLOCK:
        uvp__block(previous & ~signals);
        break;

      case SIG_SETMASK:
        uvp__block(signals);
        break;

      default:
        return EINVAL;
    }
  }

  if (old != NULL)
    uvp__write_set(old, previous);

  uvp__tell_host();
  uvp__deliver();
  return 0;
}


int sigprocmask(int how, const sigset_t* restrict set, sigset_t* restrict old) {
  int err;

  err = pthread_sigmask(how, set, old);
  if (err != 0)
    return uvp__fail(err);

  return 0;
}


int sigpending(sigset_t* set) {
  uvp__write_set(set, uvp__pending());
  return 0;
}


/* Lets the wait that follows see the signals that became deliverable: it ends at
 * once, as if a timer had expired.
 */
void uvp__begin_mask(const sigset_t* set, sigset_t* old) {
  uvp__write_set(old, uvp__blocked);
  uvp__block(uvp__read_set(set));
  uvp__tell_host();
  if (uvp__pending() & ~uvp__blocked)
    uvp__arrived |= UVH_TIMER_BIT;
}


void uvp__end_mask(const sigset_t* old) {
  sigprocmask(SIG_SETMASK, old, NULL);
}


/* Declared in the SDK's setjmp.h, whose macros call these. */
void uvp_save_mask(sigjmp_buf env, int save);
void uvp_restore_mask(const sigjmp_buf env);


void uvp_save_mask(sigjmp_buf env, int save) {
  env->__fl = save;
  memcpy(env->__ss, &uvp__blocked, sizeof(uvp__blocked));
}


void uvp_restore_mask(const sigjmp_buf env) {
  sigset_t set;

  if (!env->__fl)
    return;

  memset(&set, 0, sizeof(set));
  memcpy(&set, env->__ss, sizeof(uvp__blocked));
  sigprocmask(SIG_SETMASK, &set, NULL);
}


int sigisemptyset(const sigset_t* set) {
  return uvp__read_set(set) == 0;
}

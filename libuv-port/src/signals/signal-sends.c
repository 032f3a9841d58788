/* SPDX-License-Identifier: MIT */

/* Signals that a program sends to itself. There is no other process. */

#include "signals.h"
#include "../libc.h"

#include <errno.h>
#include <stddef.h>
#include <unistd.h>


/* Nothing could continue a program that was stopped. */
static int uvp__send(int signum, int code, union sigval value) {
  int err;

  if (signum == 0)
    return 0;

  if (!uvp__is_signal(signum))
    return EINVAL;

  if (signum == SIGSTOP)
    return ENOSYS;

  err = uvp__enqueue(signum, code, value);
  if (err == 0)
    uvp__deliver();

  return err;
}


static int uvp__send_plain(int signum, int code) {
  return uvp__send(signum, code, (union sigval){ .sival_int = 0 });
}


static int uvp__error(int err) {
  return err == 0 ? 0 : uvp__fail(err);
}


int raise(int signum) {
  return uvp__error(uvp__send_plain(signum, SI_TKILL));
}


/* A process may name itself, or the group that it is alone in. With -1, Linux
 * excludes the caller.
 */
static int uvp__find_process(pid_t pid) {
  return pid == getpid() || pid == 0 || pid == -getpgrp() ? 0 : ESRCH;
}


int kill(pid_t pid, int signum) {
  if (signum < 0 || signum >= _NSIG)
    return uvp__fail(EINVAL);

  if (uvp__find_process(pid) != 0)
    return uvp__fail(ESRCH);

  return uvp__error(uvp__send_plain(signum, SI_USER));
}


int killpg(pid_t group, int signum) {
  if (group < 0)
    return uvp__fail(EINVAL);

  return kill(-group, signum);
}


int sigqueue(pid_t pid, int signum, const union sigval value) {
  if (signum < 0 || signum >= _NSIG)
    return uvp__fail(EINVAL);

  if (pid != getpid())
    return uvp__fail(ESRCH);

  return uvp__error(uvp__send(signum, SI_QUEUE, value));
}

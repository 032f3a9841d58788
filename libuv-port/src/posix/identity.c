/* SPDX-License-Identifier: MIT */

/* What a process is to others: its user, its group, its session and its
 * priority. A guest is alone, and what it may change is what Linux lets a
 * program change that has no privileges.
 */

#include "../libc.h"

#include <errno.h>
#include <stddef.h>
#include <sys/resource.h>
#include <unistd.h>

/* The number that leaves a user or group as it is. */
#define UVP__UNCHANGED ((uid_t) -1)

#define UVP__NICE_MAX 19

static int uvp__priority;


/* A process without privileges can only become what it is. */
static int uvp__become(uid_t id, uid_t own) {
  return id == own ? 0 : uvp__fail(EPERM);
}


static int uvp__become_or_stay(uid_t id, uid_t own) {
  return id == UVP__UNCHANGED ? 0 : uvp__become(id, own);
}


int setuid(uid_t user) {
  return uvp__become(user, getuid());
}


int seteuid(uid_t user) {
  return uvp__become(user, getuid());
}


int setgid(gid_t group) {
  return uvp__become(group, getgid());
}


int setegid(gid_t group) {
  return uvp__become(group, getgid());
}


int setreuid(uid_t real, uid_t effective) {
  return setresuid(real, effective, UVP__UNCHANGED);
}


int setregid(gid_t real, gid_t effective) {
  return setresgid(real, effective, UVP__UNCHANGED);
}


int setresuid(uid_t real, uid_t effective, uid_t saved) {
  return uvp__become_or_stay(real, getuid()) ||
                 uvp__become_or_stay(effective, getuid()) ||
                 uvp__become_or_stay(saved, getuid())
             ? -1
             : 0;
}


int setresgid(gid_t real, gid_t effective, gid_t saved) {
  return uvp__become_or_stay(real, getgid()) ||
                 uvp__become_or_stay(effective, getgid()) ||
                 uvp__become_or_stay(saved, getgid())
             ? -1
             : 0;
}


int getresuid(uid_t* real, uid_t* effective, uid_t* saved) {
  *real = *effective = *saved = getuid();
  return 0;
}


int getresgid(gid_t* real, gid_t* effective, gid_t* saved) {
  *real = *effective = *saved = getgid();
  return 0;
}


/* A guest leads its group, as a program does that a shell has started; so it
 * cannot begin a session.
 */
pid_t getpgid(pid_t pid) {
  return pid == 0 || pid == getpid() ? getpid() : uvp__fail(ESRCH);
}


pid_t getpgrp(void) {
  return getpid();
}


int setpgid(pid_t pid, pid_t group) {
  if (group < 0)
    return uvp__fail(EINVAL);

  if (pid != 0 && pid != getpid())
    return uvp__fail(ESRCH);

  return group == 0 || group == getpid() ? 0 : uvp__fail(EPERM);
}


int setpgrp(void) {
  return setpgid(0, 0);
}


pid_t setsid(void) {
  return uvp__fail(EPERM);
}


/* Returns 0, or an errno if no process is meant that exists. */
static int uvp__find_process(int which, id_t who) {
  switch (which) {
    case PRIO_PROCESS:
    case PRIO_PGRP:
      return who == 0 || who == (id_t) getpid() ? 0 : ESRCH;

    case PRIO_USER:
      return who == 0 || who == getuid() ? 0 : ESRCH;
  }

  return EINVAL;
}


int getpriority(int which, id_t who) {
  int err;

  err = uvp__find_process(which, who);
  return err ? uvp__fail(err) : uvp__priority;
}


/* Only to give way is allowed. A guest has nothing to give way to. */
int setpriority(int which, id_t who, int priority) {
  int err;

  err = uvp__find_process(which, who);
  if (err)
    return uvp__fail(err);

  if (priority < uvp__priority)
    return uvp__fail(EACCES);

  uvp__priority = priority < UVP__NICE_MAX ? priority : UVP__NICE_MAX;
  return 0;
}


int nice(int more) {
  if (more < 0)
    return uvp__fail(EPERM);

  setpriority(PRIO_PROCESS, 0, uvp__priority + more);
  return uvp__priority;
}

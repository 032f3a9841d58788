/* SPDX-License-Identifier: MIT */

/* Processes: there is one, and it cannot start another, nor become one. */

#include "../libc.h"

#include <errno.h>
#include <spawn.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>


/* Sets errno and returns -1. */
static pid_t uvp__no_child(int options, int known) {
  errno = options & ~known ? EINVAL : ECHILD;
  return -1;
}


pid_t fork(void) {
  return uvp__absent(__func__);
}


pid_t _Fork(void) {
  return uvp__absent(__func__);
}


pid_t vfork(void) {
  return uvp__absent(__func__);
}


int daemon(int keep_directory, int keep_streams) {
  return uvp__absent(__func__);
}


int execve(const char* path, char* const arguments[], char* const variables[]) {
  return uvp__absent(__func__);
}


int posix_spawn(pid_t* restrict pid,
                const char* restrict path,
                const posix_spawn_file_actions_t* actions,
                const posix_spawnattr_t* restrict attributes,
                char* const* restrict arguments,
                char* const* restrict variables) {
  uvp__absent(__func__);
  return ENOSYS;
}


int posix_spawnp(pid_t* restrict pid,
                 const char* restrict file,
                 const posix_spawn_file_actions_t* actions,
                 const posix_spawnattr_t* restrict attributes,
                 char* const* restrict arguments,
                 char* const* restrict variables) {
  uvp__absent(__func__);
  return ENOSYS;
}


FILE* popen(const char* command, const char* mode) {
  uvp__absent(__func__);
  return NULL;
}


int pclose(FILE* file) {
  return uvp__fail(ECHILD);
}


pid_t waitpid(pid_t pid, int* status, int options) {
  return uvp__no_child(options, WNOHANG | WUNTRACED | WCONTINUED);
}


pid_t wait(int* status) {
  return uvp__fail(ECHILD);
}


pid_t wait3(int* status, int options, struct rusage* usage) {
  return waitpid(-1, status, options);
}


pid_t wait4(pid_t pid, int* status, int options, struct rusage* usage) {
  return waitpid(pid, status, options);
}


int waitid(idtype_t type, id_t id, siginfo_t* info, int options) {
  if (type != P_ALL && type != P_PID && type != P_PGID)
    return uvp__fail(EINVAL);

  if (!(options & (WEXITED | WSTOPPED | WCONTINUED)))
    return uvp__fail(EINVAL);

  return uvp__no_child(options,
                       WEXITED | WSTOPPED | WCONTINUED | WNOHANG | WNOWAIT);
}


int chroot(const char* path) {
  return uvp__fail(EPERM);
}

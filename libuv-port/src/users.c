/* SPDX-License-Identifier: MIT */

/* The user that runs a program: there is none, because a guest has no users.
 * Where there is no answer, the C library returns an error.
 */

#include <errno.h>
#include <grp.h>
#include <sys/resource.h>
#include <unistd.h>

/* Linux uses this number for users that it cannot name. */
#define UVP__NOBODY 65534


uid_t getuid(void) {
  return UVP__NOBODY;
}


uid_t geteuid(void) {
  return UVP__NOBODY;
}


gid_t getgid(void) {
  return UVP__NOBODY;
}


gid_t getegid(void) {
  return UVP__NOBODY;
}


int initgroups(const char* user, gid_t group) {
  errno = EPERM;
  return -1;
}


/* The C library would return invented numbers. */
int getrusage(int who, struct rusage* usage) {
  errno = ENOSYS;
  return -1;
}

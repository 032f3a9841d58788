/* Who runs a program: nobody, since a guest has no users. The C library answers
 * an error where there can be none.
 */

#include <errno.h>
#include <grp.h>
#include <sys/resource.h>
#include <unistd.h>

/* Linux has this number for whoever it cannot name. */
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


/* The C library makes numbers up. */
int getrusage(int who, struct rusage* usage) {
  errno = ENOSYS;
  return -1;
}

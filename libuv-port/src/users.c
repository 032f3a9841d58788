/* SPDX-License-Identifier: MIT */

/* The user that runs a program: nobody, because a guest has no users. */

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

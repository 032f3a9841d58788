/* SPDX-License-Identifier: MIT */

/* The user and group that a program runs as: those that the first argument
 * names, and no others.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void user(const char* what, const struct passwd* pw) {
  if (pw == NULL)
    printf("%s: none\n", what);
  else
    printf("%s: %s %s %d %d %s %s %s\n",
           what,
           pw->pw_name,
           pw->pw_passwd,
           (int) pw->pw_uid,
           (int) pw->pw_gid,
           pw->pw_gecos,
           pw->pw_dir,
           pw->pw_shell);
}


static void group(const char* what, const struct group* gr) {
  if (gr == NULL)
    printf("%s: none\n", what);
  else
    printf("%s: %s %s %d %s\n",
           what,
           gr->gr_name,
           gr->gr_passwd,
           (int) gr->gr_gid,
           gr->gr_mem[0] == NULL ? "empty" : gr->gr_mem[0]);
}


int main(void) {
  struct passwd* result;
  struct group* found;
  struct passwd pw;
  struct group gr;
  char buffer[1024];
  int r;

  user("getpwuid", getpwuid(65534));
  user("getpwnam", getpwnam("nobody"));
  errno = 0;
  user("unknown", getpwnam("nosuchuser"));
  printf("%s\n", errno == 0 ? "no error" : "error");
  user("unknown", getpwuid(12345678));

  r = getpwuid_r(65534, &pw, buffer, sizeof(buffer), &result);
  printf("%d ", r);
  user("getpwuid_r", result);
  r = getpwuid_r(65534, &pw, buffer, 8, &result);
  printf("small: %d, %d\n", r == ERANGE, result == NULL);
  r = getpwnam_r("nosuchuser", &pw, buffer, sizeof(buffer), &result);
  printf("unknown: %d, %d\n", r, result == NULL);

  group("getgrgid", getgrgid(65534));
  group("getgrnam", getgrnam("nogroup"));
  group("unknown", getgrnam("nosuchgroup"));
  r = getgrgid_r(65534, &gr, buffer, sizeof(buffer), &found);
  printf("%d ", r);
  group("getgrgid_r", found);
  r = getgrnam_r("nogroup", &gr, buffer, 8, &found);
  printf("small: %d, %d\n", r == ERANGE, found == NULL);
  return 0;
}

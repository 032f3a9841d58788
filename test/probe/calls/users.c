/* SPDX-License-Identifier: MIT */

#include "probe.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <unistd.h>


PROBE(getuid) {
  yes("as effective", getuid() == geteuid());
  yes("not root", getuid() != 0);
}


PROBE(getgid) {
  yes("as effective", getgid() == getegid());
  yes("not root", getgid() != 0);
}


PROBE(setuid) {
  say("itself", setuid(getuid()));
  say("root", setuid(0));
  yes("not root", getuid() != 0);
}


PROBE(setgid) {
  say("itself", setgid(getgid()));
  say("root", setgid(0));
  yes("not root", getgid() != 0);
}


PROBE(setgroups) {
  gid_t group;

  group = getgid();
  say("its own", setgroups(1, &group));
}


PROBE(initgroups) {
  say("its own", initgroups("nobody", getgid()));
}


static void report_user(const char* what, const struct passwd* user) {
  yes(what, user != NULL);
  if (user == NULL)
    return;
  yes("has a name", user->pw_name != NULL && user->pw_name[0] != '\0');
  yes("a home", user->pw_dir != NULL && user->pw_dir[0] == '/');
  yes("a shell", user->pw_shell != NULL && user->pw_shell[0] == '/');
}


PROBE(getpwuid) {
  report_user("its own", getpwuid(getuid()));
  errno = 0;
  report_user("an unknown one", getpwuid(54321));
  code("is no error", errno);
}


PROBE(getpwnam) {
  struct passwd* user;

  user = getpwnam("nobody");
  report_user("nobody", user);
  say("its number", user == NULL ? -1 : (long) user->pw_uid);
  user = getpwnam("root");
  report_user("root", user);
  say("its number", user == NULL ? -1 : (long) user->pw_uid);
  report_user("an unknown one", getpwnam("no-such-user"));
}


PROBE(getgrnam) {
  struct group* group;

  group = getgrgid(getgid());
  yes("its own", group != NULL);
  yes("by its name", group != NULL && getgrnam(group->gr_name) != NULL);
  errno = 0;
  yes("an unknown one", getgrnam("no-such-group") != NULL);
  code("is no error", errno);
}

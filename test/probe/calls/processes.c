/* SPDX-License-Identifier: MIT */

#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>


PROBE(getpid) {
  yes("positive", getpid() > 0);
  yes("the same", getpid() == getpid());
}


PROBE(getppid) {
  yes("not negative", getppid() >= 0);
  yes("another", getppid() != getpid());
}


PROBE(setsid) {
  setpgid(0, 0);
  say("a leader of a group", setsid());
}


PROBE(fork) {
  int state;
  pid_t pid;

  pid = fork();
  if (pid == 0)
    _exit(3);
  ok("a child", pid);
  if (pid < 0)
    return;
  yes("ended", waitpid(pid, &state, 0) == pid);
  say("its code", WEXITSTATUS(state));
}


PROBE(execve) {
  char* args[] = { "/bin/echo", "arrived", NULL };

  say("absent", execve("none", args, NULL));
  put("file", "");
  say("not executable", execve("file", args, NULL));
  dup2(2, 1);
  say("a program", execve("/bin/echo", args, NULL));
}


PROBE(execvp) {
  char* args[] = { "no-such-program", NULL };

  say("absent", execvp("no-such-program", args));
}


PROBE(waitpid) {
  int state;

  say("no child", waitpid(-1, &state, 0));
  say("without waiting", waitpid(-1, &state, WNOHANG));
  say("an unknown one", waitpid(99999999, &state, 0));
  say("an unknown option", waitpid(-1, &state, 0x100));
}


PROBE(system) {
  yes("a shell", system(NULL) != 0);
  say("a command", system("exit 3") / 256);
}


PROBE(_exit) {
  dup2(2, 1);
  printf("not flushed");
  _exit(7);
}


static void first(void) {
  text("the first", "called last");
}


static void second(void) {
  text("the second", "called first");
}


PROBE(exit) {
  dup2(2, 1);
  say("one", atexit(first));
  say("two", atexit(second));
  printf("flushed\n");
  exit(300);
}


PROBE(getenv) {
  text("set by its parent", getenv("PROBE"));
  text("absent", getenv("NO_SUCH_VARIABLE"));
  text("a part of a name", getenv("PROB"));
}


PROBE(setenv) {
  say("new", setenv("NAME", "one", 0));
  say("not over", setenv("NAME", "two", 0));
  text("is", getenv("NAME"));
  say("over", setenv("NAME", "two", 1));
  text("is", getenv("NAME"));
  say("an equals sign", setenv("NA=ME", "x", 1));
  say("no name", setenv("", "x", 1));
}


PROBE(unsetenv) {
  setenv("NAME", "one", 1);
  say("gone", unsetenv("NAME"));
  text("is", getenv("NAME"));
  say("absent", unsetenv("NAME"));
  say("an equals sign", unsetenv("NA=ME"));
}


PROBE(prctl) {
  char name[16] = "";

  say("a name", prctl(PR_SET_NAME, "probe"));
  say("asked", prctl(PR_GET_NAME, name));
  text("is", name);
  say("to be dumped", prctl(PR_SET_DUMPABLE, 0));
  say("an unknown one", prctl(9999));
}


PROBE(sysconf) {
  yes("_SC_PAGESIZE", sysconf(_SC_PAGESIZE) == getpagesize());
  yes("_SC_OPEN_MAX", sysconf(_SC_OPEN_MAX) >= 20);
  say("_SC_IOV_MAX", sysconf(_SC_IOV_MAX));
  yes("_SC_NPROCESSORS_ONLN", sysconf(_SC_NPROCESSORS_ONLN) > 0);
  yes("_SC_CLK_TCK", sysconf(_SC_CLK_TCK) > 0);
  say("_SC_MONOTONIC_CLOCK", sysconf(_SC_MONOTONIC_CLOCK) > 0);
  errno = 0;
  say("an unknown one", sysconf(9999));
}


PROBE(getrlimit) {
  struct rlimit limit;

  say("descriptors", getrlimit(RLIMIT_NOFILE, &limit));
  yes("some", limit.rlim_cur >= 20 && limit.rlim_cur <= limit.rlim_max);
  say("the stack", getrlimit(RLIMIT_STACK, &limit));
  yes("has a size", limit.rlim_cur > 0);
  say("a dump", getrlimit(RLIMIT_CORE, &limit));
  say("an unknown one", getrlimit(99, &limit));
}


PROBE(setrlimit) {
  struct rlimit limit;
  int last;
  int fd;

  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = 20;
  say("20 descriptors", setrlimit(RLIMIT_NOFILE, &limit));
  getrlimit(RLIMIT_NOFILE, &limit);
  say("asked", limit.rlim_cur);
  for (last = -1; (fd = open(".", O_RDONLY)) >= 0 && fd < 100; last = fd)
    ;
  say("one more", fd);
  say("the last", last);
  while (last > 2)
    close(last--);
  limit.rlim_cur = limit.rlim_max + 1;
  say("more than the hard limit",
      limit.rlim_max == RLIM_INFINITY ? (errno = EINVAL, -1)
                                      : setrlimit(RLIMIT_NOFILE, &limit));
  say("an unknown one", setrlimit(99, &limit));
}


PROBE(uname) {
  struct utsname name;

  say("the system", uname(&name));
  yes("has a name", name.sysname[0] != '\0');
  yes("and a node", name.nodename[0] != '\0');
  yes("a release", name.release[0] != '\0');
  yes("a machine", name.machine[0] != '\0');
}

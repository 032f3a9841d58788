/* SPDX-License-Identifier: MIT */

/* Ways to what a program was not given besides a network: files, descriptors,
 * and knowledge about the machine. No row waits.
 */

#include "rows.h"

#include <fcntl.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <pwd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

extern char** environ;

static char answer[4096];


static const char* say(const char* format, const char* text) {
  snprintf(answer, sizeof(answer), format, text ? text : "nothing");
  return answer;
}


static const char* number(long long value) {
  snprintf(answer, sizeof(answer), "%lld", value);
  return answer;
}


/* What can be done with a path. */
static const char* file(char** words) {
  struct statvfs volume;
  struct stat st;
  char path[4200];
  char to[4096];
  int err;
  int fd;

  path[rows_decode(words[1], path, sizeof(path) - 1)] = '\0';
  if (strcmp(words[0], "stat") == 0) {
    err = stat(path, &st);
  } else if (strcmp(words[0], "list") == 0) {
    err = open(path, O_RDONLY | O_DIRECTORY);
  } else if (strcmp(words[0], "readlink") == 0) {
    err = readlink(path, to, sizeof(to));
  } else if (strcmp(words[0], "chdir") == 0) {
    err = chdir(path);
  } else if (strcmp(words[0], "create") == 0) {
    err = open(path, O_CREAT | O_WRONLY, 0600);
  } else if (strcmp(words[0], "mkdir") == 0) {
    err = mkdir(path, 0700);
  } else if (strcmp(words[0], "rename") == 0) {
    err = rename(path, words[2]);
  } else if (strcmp(words[0], "link") == 0) {
    err = link(path, words[2]);
  } else if (strcmp(words[0], "volume") == 0) {
    err = statvfs(path, &volume);
  } else if (strcmp(words[0], "chroot") == 0) {
    err = chroot(path);
  } else if (strcmp(words[0], "bynew") == 0) {
    /* By a link that the program makes. */
    err = symlink(path, words[2]);
    if (err == 0)
      err = open(words[2], O_RDONLY);
  } else if (strcmp(words[0], "from") == 0) {
    /* From a directory that it has open. */
    fd = open(words[2], O_RDONLY | O_DIRECTORY);
    err = fd < 0 ? fd : openat(fd, path, O_RDONLY);
    close(fd);
  } else if (strcmp(words[0], "fromfd") == 0) {
    err = openat(atoi(words[2]), path, O_RDONLY);
  } else {
    err = open(path, O_RDONLY);
  }

  if (err > 2)
    close(err);

  return rows_outcome(err);
}


/* Calls one function with each number of a range; prints those that exist. */
static const char* numbers(char** words) {
  union {
    struct sockaddr any;
    char bytes[256];
  } address;
  struct stat st;
  socklen_t len;
  char byte;
  int found;
  int err;
  int fd;

  found = 0;
  for (fd = atoi(words[1]); fd <= atoi(words[2]); fd++) {
    len = sizeof(address);
    if (strcmp(words[0], "read") == 0)
      err = read(fd, &byte, 1);
    else if (strcmp(words[0], "write") == 0)
      err = write(fd, "", 1);
    else if (strcmp(words[0], "stat") == 0)
      err = fstat(fd, &st);
    else if (strcmp(words[0], "name") == 0)
      err = getsockname(fd, &address.any, &len);
    else if (strcmp(words[0], "peer") == 0)
      err = getpeername(fd, &address.any, &len);
    else if (strcmp(words[0], "accept") == 0)
      err = accept(fd, NULL, NULL);
    else if (strcmp(words[0], "listen") == 0)
      err = listen(fd, 1);
    else if (strcmp(words[0], "shutdown") == 0)
      err = shutdown(fd, SHUT_RDWR);
    else if (strcmp(words[0], "dup") == 0)
      err = dup2(fd, 700) == 700 && close(700) == 0 ? 0 : -1;
    else if (strcmp(words[0], "openat") == 0)
      err = close(openat(fd, ".", O_RDONLY));
    else if (strcmp(words[0], "map") == 0)
      err = mmap(NULL, 1, PROT_READ, MAP_PRIVATE, fd, 0) == MAP_FAILED ? -1 : 0;
    else
      err = fcntl(fd, F_GETFD);

    if (err >= 0 || (errno != EBADF && errno != ENOTSOCK))
      found++;
  }

  return number(found);
}


static const char* interfaces(void) {
  uv_interface_address_t* uv;
  struct if_nameindex* names;
  struct ifaddrs* list;
  int count[3] = { 0 };

  if (getifaddrs(&list) == 0)
    for (; list != NULL; list = list->ifa_next)
      count[0]++;

  names = if_nameindex();
  while (names != NULL && names[count[1]].if_index != 0)
    count[1]++;

  uv_interface_addresses(&uv, &count[2]);
  snprintf(answer, sizeof(answer), "%d %d %d", count[0], count[1], count[2]);
  return answer;
}


static const char* system_name(void) {
  struct utsname name;

  uname(&name);
  snprintf(answer,
           sizeof(answer),
           "%s|%s|%s|%s|%s",
           name.sysname,
           name.nodename,
           name.release,
           name.version,
           name.machine);
  return answer;
}


static const char* processors(void) {
  uv_cpu_info_t* cpus;
  int count;

  if (uv_cpu_info(&cpus, &count) != 0)
    return "nothing";

  snprintf(answer, sizeof(answer), "%d %s", count, cpus[0].model);
  return answer;
}


static long long wall_clock(const char* how) {
  struct timespec t = { 0 };
  struct timeval tv;
  struct stat st;
  uv_timeval64_t now;

  if (strcmp(how, "time") == 0)
    return time(NULL);

  if (strcmp(how, "timeofday") == 0)
    return gettimeofday(&tv, NULL) == 0 ? tv.tv_sec : -1;

  if (strcmp(how, "uv") == 0)
    return uv_gettimeofday(&now) == 0 ? now.tv_sec : -1;

  if (strcmp(how, "file") == 0) {
    close(open("/now", O_CREAT | O_WRONLY, 0600));
    return stat("/now", &st) == 0 ? st.st_mtime : 0;
  }

  clock_gettime(strcmp(how, "monotonic") ? CLOCK_REALTIME : CLOCK_MONOTONIC,
                &t);
  return t.tv_sec;
}


/* What a program may find out without asking a network. */
static const char* learn(char** words) {
  char text[1024] = "";
  size_t size = sizeof(text);
  struct passwd* user;
  char** p;

  if (strcmp(words[0], "hostname") == 0)
    return gethostname(text, sizeof(text)) ? rows_error() : say("%s", text);
  if (strcmp(words[0], "uvhostname") == 0)
    return uv_os_gethostname(text, &size) ? "error" : say("%s", text);
  if (strcmp(words[0], "domain") == 0)
    return getdomainname(text, sizeof(text)) ? rows_error() : say("%s", text);
  if (strcmp(words[0], "uname") == 0)
    return system_name();
  if (strcmp(words[0], "interfaces") == 0)
    return interfaces();
  if (strcmp(words[0], "index") == 0)
    return number(if_nametoindex(words[1]));
  if (strcmp(words[0], "name") == 0)
    return say("%s", if_indextoname(atoi(words[1]), text));
  if (strcmp(words[0], "cpus") == 0)
    return processors();
  if (strcmp(words[0], "users") == 0) {
    for (setpwent(); (user = getpwent()) != NULL;)
      strncat(text, user->pw_name, sizeof(text) - strlen(text) - 1);
    return say("%s", text);
  }
  if (strcmp(words[0], "user") == 0)
    return getpwnam(words[1]) ? "known" : "unknown";
  if (strcmp(words[0], "login") == 0)
    return say("%s", getlogin());
  if (strcmp(words[0], "ids") == 0)
    return number(getuid() == getgid() && getuid() == 65534 ? 0 : getuid());
  if (strcmp(words[0], "home") == 0)
    return uv_os_homedir(text, &size) ? "error" : say("%s", text);
  if (strcmp(words[0], "cwd") == 0)
    return getcwd(text, size) == NULL ? rows_error() : say("%s", text);
  if (strcmp(words[0], "exe") == 0)
    return uv_exepath(text, &size) ? "error" : say("%s", text);
  if (strcmp(words[0], "pids") == 0)
    return number(getpid() + getppid());
  if (strcmp(words[0], "children") == 0)
    return rows_outcome(kill(-1, 0));
  if (strcmp(words[0], "memory") == 0)
    return uv_get_total_memory() <= 4096LL << 20 ? "its own" : "the host's";
  if (strcmp(words[0], "uptime") == 0)
    return wall_clock("monotonic") < 4600 ? "its own" : "the host's";
  if (strcmp(words[0], "load") == 0)
    return number(getloadavg((double[3]){ 0 }, 3));
  if (strcmp(words[0], "clock") == 0)
    return wall_clock(words[1]) < 86400 ? "withheld" : "told";

  for (p = environ; p != NULL && *p != NULL; p++)
    strncat(text, *p, sizeof(text) - strlen(text) - 1);
  return say("%s", text[0] == '\0' ? NULL : text);
}


int main(int argc, char** argv) {
  static const struct rows_verb verbs[] = { { "file", file },
                                            { "numbers", numbers },
                                            { "learn", learn },
                                            { NULL, NULL } };

  rows_run(argc, argv, verbs);
  return 0;
}

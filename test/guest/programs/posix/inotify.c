/* SPDX-License-Identifier: MIT */

/* inotify: the events of files, directories and names, and their order. */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

static int notifier;
static unsigned int first_cookie;

static const char* const names[] = {
  "access",        "modify", "attrib",      "close-write",
  "close-nowrite", "open",   "moved-from",  "moved-to",
  "create",        "delete", "delete-self", "move-self"
};


static void print_event(const struct inotify_event* event) {
  unsigned int i;

  printf("  %d:", event->wd);
  for (i = 0; i < 12; i++)
    if (event->mask & 1u << i)
      printf(" %s", names[i]);

  if (event->mask & IN_IGNORED)
    printf(" ignored");

  if (event->mask & IN_Q_OVERFLOW)
    printf(" overflow");

  if (event->mask & IN_ISDIR)
    printf(" directory");

  if (event->cookie != 0) {
    if (first_cookie == 0)
      first_cookie = event->cookie;

    printf(" cookie %u", event->cookie - first_cookie);
  }

  if (event->len > 0)
    printf(" \"%s\" of %u", event->name, event->len);

  printf("\n");
}


/* Prints the events that wait. */
static void print_events(const char* title) {
  _Alignas(struct inotify_event) char bytes[4096];
  struct inotify_event* event;
  ssize_t at;
  ssize_t n;

  printf("%s\n", title);
  while ((n = read(notifier, bytes, sizeof(bytes))) > 0) {
    for (at = 0; at < n; at += sizeof(*event) + event->len) {
      event = (struct inotify_event*) (bytes + at);
      print_event(event);
    }
  }
}


static void print_result(const char* title, int r) {
  printf("%s: %s\n", title, r < 0 ? strerror(errno) : "ok");
}


static int make(const char* name, const char* text) {
  int fd;

  fd = open(name, O_CREAT | O_RDWR, 0600);
  if (fd < 0 || write(fd, text, strlen(text)) < 0)
    abort();

  return fd;
}


static void use_files(void) {
  struct timespec times[2] = { { 1, 0 }, { 2, 0 } };
  char bytes[8];
  int fd;

  fd = make("file", "hello");
  print_events("a new file");
  print_result("read", lseek(fd, 0, SEEK_SET) || read(fd, bytes, 3) != 3);
  print_events("read");
  print_result("read", read(fd, bytes, 3) != 2 || read(fd, bytes, 3) != 0);
  print_events("to the end");
  print_result("pwrite", pwrite(fd, "x", 1, 0) != 1);
  print_result("ftruncate", ftruncate(fd, 2));
  print_events("changed");
  print_result("fchmod", fchmod(fd, 0640));
  print_result("futimens", futimens(fd, times));
  times[0].tv_nsec = UTIME_OMIT;
  print_result("utimensat", utimensat(AT_FDCWD, "file", times, 0));
  print_events("attributes");
  print_result("rename", rename("file", "other"));
  print_result("pwrite", pwrite(fd, "y", 1, 0) != 1);
  print_events("renamed and written");
  print_result("unlink", unlink("other"));
  print_result("pwrite", pwrite(fd, "z", 1, 0) != 1);
  close(fd);
  print_events("unlinked, written and closed");
}


static void use_names(void) {
  struct dirent* entry;
  DIR* dir;
  int fd;
  int n;

  close(make("one", "1"));
  close(make("two", "2"));
  print_events("two files");
  print_result("link", link("one", "three"));
  print_result("symlink", symlink("one", "to-one"));
  print_result("rename", rename("three", "one"));
  print_events("links");
  print_result("rename", rename("one", "two"));
  print_events("over a file");
  print_result("mkdir", mkdir("inner", 0700));
  print_result("rename", rename("two", "inner/a name of more bytes"));
  print_result("rename", rename("inner", "moved"));
  print_events("directories");
  dir = opendir("moved");
  n = 0;
  while ((entry = readdir(dir)) != NULL)
    n++;
  closedir(dir);
  printf("names: %d\n", n);
  print_events("listed");
  fd = open("moved/a name of more bytes", O_RDONLY);
  close(fd);
  print_events("below another directory");
  print_result("unlink", unlink("moved/a name of more bytes"));
  print_result("rmdir", rmdir("moved"));
  print_result("unlink", unlink("to-one") || unlink("three"));
  print_events("removed");
}


static void watch_itself(void) {
  int watch;
  int fd;

  fd = make("file", "1");
  print_events("made");
  watch = inotify_add_watch(notifier, "file", IN_ALL_EVENTS);
  printf("number: %d\n", watch);
  printf("again: %d\n", inotify_add_watch(notifier, "./file", IN_ALL_EVENTS));
  print_result("write", write(fd, "2", 1));
  print_result("rename", rename("file", "renamed"));
  print_result("unlink", unlink("renamed"));
  print_events("twice watched");
  close(fd);
  print_events("closed");
  print_result("ended", inotify_rm_watch(notifier, watch));

  mkdir("inner", 0700);
  watch = inotify_add_watch(notifier, "inner", IN_ALL_EVENTS);
  close(make("inner/file", "1"));
  print_result("unlink", unlink("inner/file"));
  print_result("rename", rename("inner", "other"));
  print_result("rmdir", rmdir("other"));
  print_events("a directory");
}


static void ask_for_some(void) {
  int watch;
  int fd;

  fd = make("file", "1");
  print_events("made");
  watch = inotify_add_watch(notifier, "file", IN_ATTRIB | IN_ONESHOT);
  fchmod(fd, 0600);
  fchmod(fd, 0600);
  print_events("once");
  watch = inotify_add_watch(notifier, "file", IN_MODIFY);
  printf("added: %d\n",
         watch == inotify_add_watch(notifier, "file", IN_OPEN | IN_MASK_ADD));
  print_result("exclusive",
               inotify_add_watch(notifier, "file", IN_OPEN | IN_MASK_CREATE));
  print_result("truncate", ftruncate(fd, 0));
  close(open("file", O_RDONLY));
  print_events("two kinds");
  print_result("remove", inotify_rm_watch(notifier, watch));
  print_result("remove", inotify_rm_watch(notifier, watch));
  print_events("removed");
  unlink("file");
  close(fd);
  print_events("end");
}


static void exclude_unlinked(void) {
  int fd;

  inotify_add_watch(notifier, ".", IN_MODIFY | IN_EXCL_UNLINK);
  fd = make("file", "1");
  unlink("file");
  print_result("write", write(fd, "2", 1));
  close(fd);
  print_events("nothing of an unlinked file");
  fd = make("file", "1");
  close(fd);
  fd = open("file", O_WRONLY | O_TRUNC);
  close(fd);
  print_events("truncated");
  unlink("file");
  inotify_add_watch(notifier, ".", IN_ALL_EVENTS);
}


static void wait_for_events(void) {
  struct epoll_event event = { .events = EPOLLIN };
  struct pollfd p = { .fd = notifier, .events = POLLIN | POLLOUT };
  char bytes[24];
  int epoll;
  int n;

  print_result("empty", read(notifier, bytes, sizeof(bytes)));
  printf("poll: %d\n", poll(&p, 1, 0));
  epoll = epoll_create1(0);
  print_result("epoll", epoll_ctl(epoll, EPOLL_CTL_ADD, notifier, &event));
  mkdir("inner", 0700);
  printf("epoll: %d\n", epoll_wait(epoll, &event, 1, -1));
  printf("poll: %d", poll(&p, 1, -1));
  printf(" events %d\n", p.revents);
  print_result("FIONREAD", ioctl(notifier, FIONREAD, &n));
  printf("bytes: %d\n", n);
  print_result("too short", read(notifier, bytes, sizeof(bytes)));
  print_result("write", write(notifier, bytes, 1));
  rmdir("inner");
  print_events("both");
  close(epoll);
}


static void overflow(void) {
  _Alignas(struct inotify_event) char bytes[4096];
  struct inotify_event* event;
  ssize_t at;
  ssize_t n;
  int total;
  int lost;
  int fd;
  int i;

  fd = make("file", "1");
  print_events("made");
  for (i = 0; i < 12000; i++) {
    fchmod(fd, 0600);
    if (pwrite(fd, "2", 1, 0) != 1)
      abort();
  }

  total = 0;
  lost = 0;
  while ((n = read(notifier, bytes, sizeof(bytes))) > 0) {
    for (at = 0; at < n; at += sizeof(*event) + event->len) {
      event = (struct inotify_event*) (bytes + at);
      total++;
      if (event->mask & IN_Q_OVERFLOW) {
        lost++;
        print_event(event);
      }
    }
  }

  printf("events: %s, overflows: %d\n", total > 1000 ? "many" : "few", lost);
  unlink("file");
  close(fd);
  print_events("end");
}


static void refuse(void) {
  int fds[2];

  print_result("flags", inotify_init1(1));
  print_result("no mask", inotify_add_watch(notifier, ".", 0));
  print_result("absent", inotify_add_watch(notifier, "absent", IN_OPEN));
  print_result("empty", inotify_add_watch(notifier, "", IN_OPEN));
  symlink("absent", "link");
  print_result("dangling", inotify_add_watch(notifier, "link", IN_OPEN));
  print_result("link",
               inotify_add_watch(notifier, "link", IN_ATTRIB | IN_DONT_FOLLOW));
  unlink("link");
  print_events("unlinked");
  close(make("file", "1"));
  print_result("a file",
               inotify_add_watch(notifier, "file", IN_OPEN | IN_ONLYDIR));
  unlink("file");
  print_result("closed", inotify_add_watch(100, ".", IN_OPEN));
  print_result("no number", inotify_rm_watch(notifier, 4711));
  if (pipe(fds))
    abort();

  print_result("a pipe", inotify_add_watch(fds[0], ".", IN_OPEN));
  print_result("a pipe", inotify_rm_watch(fds[0], 1));
  close(fds[0]);
  close(fds[1]);
}


int main(void) {
  char folder[] = "/tmp/inotify-XXXXXX";

  if (mkdtemp(folder) == NULL || chdir(folder))
    return 1;

  notifier = inotify_init1(IN_NONBLOCK);
  printf("number: %d\n", inotify_add_watch(notifier, ".", IN_ALL_EVENTS));

  use_files();
  use_names();
  watch_itself();
  ask_for_some();
  exclude_unlinked();
  wait_for_events();
  overflow();
  refuse();

  close(notifier);
  return chdir("/") || rmdir(folder);
}

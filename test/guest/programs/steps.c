/* SPDX-License-Identifier: MIT */

/* steps OPERATION [ARGUMENT...] -- OPERATION ...: performs file operations, and
 * prints the result of each.
 */

#include <uv.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char** args;
static int held = -1;


static int put(const char* path, const char* text, int flags) {
  ssize_t n;
  int fd;

  fd = open(path, O_WRONLY | O_CREAT | flags, 0666);
  if (fd < 0)
    return -1;

  n = write(fd, text, strlen(text));
  close(fd);
  return n == (ssize_t) strlen(text) ? 0 : -1;
}


static int print_file(const char* path) {
  char text[256];
  ssize_t n;
  int fd;

  fd = open(path, O_RDONLY);
  if (fd < 0)
    return -1;

  n = read(fd, text, sizeof(text));
  close(fd);
  if (n < 0)
    return -1;

  printf("[%.*s] ", (int) n, text);
  return 0;
}


static int compare(const void* a, const void* b) {
  return strcmp(*(char* const*) a, *(char* const*) b);
}


static int print_names(const char* path) {
  char* names[256];
  struct dirent* e;
  size_t count;
  size_t i;
  DIR* d;

  d = opendir(path);
  if (d == NULL)
    return -1;

  count = 0;
  while ((e = readdir(d)) != NULL && count < 256)
    if (e->d_name[0] != '.')
      names[count++] = strdup(e->d_name);

  closedir(d);
  qsort(names, count, sizeof(names[0]), compare);
  for (i = 0; i < count; i++)
    printf("%s ", names[i]);

  return 0;
}


static int print_stat(const char* path) {
  struct stat st;

  if (lstat(path, &st))
    return -1;

  printf("%o ", (unsigned int) st.st_mode);
  if (!S_ISDIR(st.st_mode))
    printf("%lld bytes %d links %ld.%09ld ",
           (long long) st.st_size,
           (int) st.st_nlink,
           (long) st.st_mtim.tv_sec,
           st.st_mtim.tv_nsec);

  return 0;
}


static int print_link(const char* path) {
  char text[256];
  ssize_t n;

  n = readlink(path, text, sizeof(text));
  if (n < 0)
    return -1;

  printf("%.*s ", (int) n, text);
  return 0;
}


static int set_times(const char* path, const char* when) {
  struct timespec times[2];

  times[0].tv_sec = atol(when);
  times[0].tv_nsec = 250000000;
  times[1].tv_sec = atol(when);
  times[1].tv_nsec = 500000000;

  return utimensat(AT_FDCWD, path, times, AT_SYMLINK_NOFOLLOW);
}


static int sync_all(const char* path) {
  int fd;
  int r;

  fd = open(path, O_RDONLY);
  if (fd < 0)
    return -1;

  r = fsync(fd) || fdatasync(fd);
  close(fd);
  return r;
}


/* Waits until something is written to the standard input. */
static int wait_for_input(void) {
  char c;

  printf("waiting\n");
  return read(STDIN_FILENO, &c, 1) == 1 ? 0 : -1;
}


static int is(const char* name) {
  return strcmp(args[0], name) == 0;
}


static int perform_on_names(void) {
  if (is("unlink"))
    return unlink(args[1]);
  if (is("mkdir"))
    return mkdir(args[1], 0777);
  if (is("rmdir"))
    return rmdir(args[1]);
  if (is("rename"))
    return rename(args[1], args[2]);
  if (is("link"))
    return link(args[1], args[2]);
  if (is("symlink"))
    return symlink(args[1], args[2]);
  if (is("chdir"))
    return chdir(args[1]);
  if (is("list"))
    return print_names(args[1]);

  printf("unknown ");
  return -1;
}


static int perform(void) {
  struct stat st;

  if (is("write"))
    return put(args[1], args[2], O_TRUNC);
  if (is("append"))
    return put(args[1], args[2], O_APPEND);
  if (is("create"))
    return put(args[1], "", O_EXCL);
  if (is("read"))
    return print_file(args[1]);
  if (is("stat"))
    return print_stat(args[1]);
  if (is("readlink"))
    return print_link(args[1]);
  if (is("truncate"))
    return truncate(args[1], atol(args[2]));
  if (is("chmod"))
    return chmod(args[1], strtol(args[2], NULL, 8));
  if (is("access"))
    return access(args[1], atoi(args[2]));
  if (is("utime"))
    return set_times(args[1], args[2]);
  if (is("sync"))
    return sync_all(args[1]);
  if (is("umask"))
    return umask(strtol(args[1], NULL, 8)) < 0;
  if (is("wait"))
    return wait_for_input();
  if (is("hold"))
    return (held = open(args[1], O_RDWR)) < 0 ? -1 : 0;
  if (is("put-held"))
    return write(held, args[1], strlen(args[1])) < 0 ? -1 : 0;
  if (is("stat-held")) {
    if (fstat(held, &st))
      return -1;
    printf("%ld bytes %d links ", (long) st.st_size, (int) st.st_nlink);
    return 0;
  }

  return perform_on_names();
}


int main(int argc, char** argv) {
  char** end;
  int r;

  setvbuf(stdout, NULL, _IOLBF, 0);

  for (args = argv + 1; *args != NULL; args = end) {
    for (end = args; *end != NULL && strcmp(*end, "--") != 0; end++)
      ;
    if (*end != NULL)
      *end++ = NULL;

    printf("%s: ", args[0]);
    r = perform();
    printf("%s\n", r < 0 ? uv_err_name(-errno) : "ok");
  }

  return 0;
}

/* SPDX-License-Identifier: MIT */

/* The devices in /dev, which need no grant. */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char bytes[70000];


static const char* error(int r) {
  return r < 0 ? strerror(errno) : "ok";
}


static int zeros(int n) {
  int i;

  for (i = 0; i < n; i++)
    if (bytes[i] != 0)
      return 0;

  return 1;
}


static void use(const char* path, int flags) {
  struct stat st;
  int fd;
  int r;

  fd = open(path, flags);
  printf("%s: %s", path, error(fd));
  if (fd < 0) {
    printf("\n");
    return;
  }

  memset(bytes, 1, sizeof(bytes));
  r = read(fd, bytes, sizeof(bytes));
  printf(", read %d %s%s", r, error(r), zeros(r) ? " zeros" : "");
  r = write(fd, bytes, 100);
  printf(", wrote %d %s", r, error(r));
  fstat(fd, &st);
  printf(", device %d, size %d", S_ISCHR(st.st_mode), (int) st.st_size);
  printf(", mode %o", st.st_mode & 0777);
  printf(", terminal %d", isatty(fd));
  printf(", pread %d\n", (int) pread(fd, bytes, 10, 5));
  close(fd);
}


static void random_bytes(void) {
  char other[32];
  FILE* file;
  int fd;

  fd = open("/dev/urandom", O_RDONLY);
  printf("random: %d", (int) read(fd, bytes, 32));
  read(fd, other, sizeof(other));
  printf(", differ %d\n", memcmp(bytes, other, sizeof(other)) != 0);
  close(fd);

  file = fopen("/dev/random", "rb");
  printf("fread: %d\n", (int) fread(bytes, 1, 5000, file));
  fclose(file);
}


static void streams(void) {
  struct stat st;
  FILE* file;
  int fds[2];
  char path[32];
  int saved;
  int fd;

  /* Test runners may give sockets, which Linux does not open by name. */
  saved = dup(1);
  pipe(fds);
  dup2(fds[1], 1);
  file = fopen("/dev/stdout", "w");
  fprintf(file, "out,");
  fclose(file);
  fd = open("/dev/fd/1", O_WRONLY);
  write(fd, "one", 3);
  close(fd);
  dup2(saved, 1);
  close(saved);
  printf("stdout: %.*s\n", (int) read(fds[0], bytes, 20), bytes);

  snprintf(path, sizeof(path), "/dev/fd/%d", fds[1]);
  fd = open(path, O_WRONLY);
  printf("pipe: %d", (int) write(fd, "x", 1));
  printf(" %d\n", (int) read(fds[0], bytes, 10));
  close(fd);
  close(fds[0]);
  close(fds[1]);
  fd = open(path, O_WRONLY);
  printf("closed: %s\n", error(fd));
  printf("stdin: %d\n", stat("/dev/stdin", &st));
}


static void changes(void) {
  FILE* file;

  file = fopen("/dev/null", "w");
  printf("truncate: %d\n", file != NULL);
  fclose(file);
  printf("access: %d\n", access("/dev/null", R_OK | W_OK));
  printf("unknown: %s\n", error(open("/dev/nosuchdevice", O_RDONLY)));
  printf("exists: %s\n", error(mkdir("/dev", 0755)));
  printf("ftruncate: %s\n", error(ftruncate(open("/dev/null", O_RDWR), 10)));
  printf("directory: %s\n", error(open("/dev/null", O_DIRECTORY)));
  printf("exclusive: %s\n",
         error(open("/dev/null", O_CREAT | O_EXCL | O_RDWR, 0600)));
}


static void list(void) {
  struct dirent* entry;
  int found;
  DIR* dir;

  found = 0;
  dir = opendir("/dev");
  while ((entry = readdir(dir)) != NULL)
    found += strcmp(entry->d_name, "null") == 0 ||
             strcmp(entry->d_name, "urandom") == 0;
  closedir(dir);
  printf("listed: %d\n", found);

  found = 0;
  dir = opendir("/dev/fd");
  while ((entry = readdir(dir)) != NULL)
    found += strcmp(entry->d_name, "0") == 0 ||
             strcmp(entry->d_name, "1") == 0 || strcmp(entry->d_name, "2") == 0;
  closedir(dir);
  printf("descriptors: %d\n", found);
}


int main(void) {
  setvbuf(stdout, NULL, _IONBF, 0);
  use("/dev/null", O_RDWR);
  use("/dev/zero", O_RDWR);
  use("/dev/full", O_RDWR);
  random_bytes();
  streams();
  changes();
  list();
  printf("tty: %s\n", error(open("/dev/tty", O_RDWR)));
  return 0;
}

/* SPDX-License-Identifier: MIT */

/* places FOLDER: names that are not text, and the working directory. */

#include <uv.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

/* Latin-1, an overlong form, a surrogate, a lone continuation, a cut sequence,
 * control characters, a byte order mark, U+FFFD, and proper UTF-8.
 */
static const char* const odd[] = {
  "caf\xe9",      "caf\xe8",          "\xc0\xaf", "\xed\xa0\x80",
  "\x80",         "a\xe2\x82",        "\x01\n",   "\xef\xbb\xbf",
  "\xef\xbf\xbd", "\xf0\x9f\x98\x80", "\xff\xfe", "\\"
};


static void say(const char* what, int r) {
  printf("%s: %s\n", what, r < 0 ? uv_err_name(-errno) : "ok");
}


static void print_bytes(const char* text) {
  for (; *text != '\0'; text++)
    printf("%02x", (unsigned char) *text);

  putchar('\n');
}


static void put(const char* path, const char* text) {
  int fd;

  fd = open(path, O_CREAT | O_TRUNC | O_WRONLY, 0644);
  if (fd < 0)
    return say(path, -1);

  if (write(fd, text, strlen(text)) < 0)
    say("write", -1);

  close(fd);
}


static int compare(const void* a, const void* b) {
  return strcmp(*(char* const*) a, *(char* const*) b);
}


/* Prints the names in a directory, in order. */
static void list(const char* path) {
  char* names[64];
  struct dirent* e;
  size_t count;
  size_t i;
  DIR* d;

  d = opendir(path);
  if (d == NULL)
    return say("opendir", -1);

  count = 0;
  while ((e = readdir(d)) != NULL && count < COUNT(names))
    names[count++] = strdup(e->d_name);

  closedir(d);
  qsort(names, count, sizeof(names[0]), compare);

  for (i = 0; i < count; i++) {
    print_bytes(names[i]);
    free(names[i]);
  }
}


static void try_names(void) {
  char text[512];
  ssize_t n;
  size_t i;
  int fd;

  for (i = 0; i < COUNT(odd); i++)
    put(odd[i], odd[i]);

  for (i = 0; i < COUNT(odd); i++) {
    fd = open(odd[i], O_RDONLY);
    n = read(fd, text, sizeof(text) - 1);
    close(fd);
    text[n < 0 ? 0 : n] = '\0';
    print_bytes(text);
  }

  list(".");

  for (i = 0; i < COUNT(odd); i++) {
    say("unlink", unlink(odd[i]));
    say("symlink", symlink(odd[i], "link"));
    n = readlink("link", text, sizeof(text) - 1);
    text[n < 0 ? 0 : n] = '\0';
    print_bytes(text);
    unlink("link");
    say("mkdir", mkdir(odd[i], 0755));
    say("chdir", chdir(odd[i]));
    if (getcwd(text, sizeof(text)) == NULL)
      say("getcwd", -1);
    else
      print_bytes(strrchr(text, '/'));
    say("chdir", chdir(".."));
    say("rmdir", rmdir(odd[i]));
  }

  /* The limit is one of bytes. */
  memset(text, '\xe9', 256);
  text[256] = '\0';
  say("256", mkdir(text, 0755));
  text[255] = '\0';
  say("255", mkdir(text, 0755));
  say("255", rmdir(text));
}


static void print_cwd(const char* root) {
  char text[512];

  if (getcwd(text, sizeof(text)) == NULL)
    say("getcwd", -1);
  else
    printf("getcwd: %s\n", text + strlen(root));
}


static void try_working(const char* root) {
  char text[8];
  struct stat st;
  int inner;
  int top;

  mkdir("a", 0755);
  mkdir("a/b", 0755);
  top = open(".", O_RDONLY | O_DIRECTORY);
  inner = open("a/b", O_RDONLY | O_DIRECTORY);
  say("chdir", chdir("a/b"));
  print_cwd(root);
  errno = 0;
  say("small", getcwd(text, 2) == NULL ? -1 : 0);

  /* It is moved, and so is its parent. */
  say("rename", renameat(top, "a/b", top, "a/c"));
  print_cwd(root);
  say("rename", renameat(top, "a", top, "d"));
  print_cwd(root);
  put("file", "x");
  say("access", faccessat(top, "d/c/file", F_OK, 0));
  say("stat", stat("../c/file", &st));
  say("unlink", unlink("file"));

  say("fchdir", fchdir(top));
  print_cwd(root);
  say("fchdir", fchdir(inner));
  print_cwd(root);
  say("fchdir", fchdir(-1));
  close(inner);
  print_cwd(root);

  /* It is removed, and another one gets its name. */
  say("rmdir", unlinkat(top, "d/c", AT_REMOVEDIR));
  say("mkdir", mkdirat(top, "d/c", 0755));
  print_cwd(root);
  say("creat", open("x", O_CREAT | O_WRONLY, 0644));
  say("mkdir", mkdir("x", 0755));
  say("symlink", symlink("x", "y"));
  say("rename", renameat(top, "d", AT_FDCWD, "x"));
  say("stat", stat(".", &st));
  printf("links: %d\n", (int) st.st_nlink);
  say("missing", stat("x", &st));
  say("parent", stat("..", &st));
  list(".");
  say("chdir", chdir("."));
  say("chdir", chdir(".."));
  print_cwd(root);
  say("fchdir", fchdir(top));

  /* Places that are none. */
  put("file", "x");
  say("file", chdir("file"));
  say("none", chdir("none"));
  say("empty", chdir(""));
  inner = open("file", O_RDONLY);
  say("fchdir", fchdir(inner));
  close(inner);
  print_cwd(root);
  close(top);
}


int main(int argc, char** argv) {
  if (argc < 2 || chdir(argv[1]))
    return 2;

  try_names();
  try_working(argv[1]);

  return 0;
}

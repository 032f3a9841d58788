/* SPDX-License-Identifier: MIT */

/* path-ends FOLDER: makes many calls with many paths, and prints what each of
 * them returns and leaves in a tree.
 */

#include <uv.h>

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

/* What a path begins with, and how it ends. */
static const char* const bases[] = {
  "file",      "dir",        "empty",         "missing",   "to-file",
  "to-dir",    "to-empty",   "to-none",       "to-dir-s",  "to-file-s",
  "to-none-s", "to-dot",     "to-up",         "loop",      "chain",
  "dir/inner", "to-dir/in",  "file/x",        "missing/x", "to-none/x",
  "dir/sub",   "to-dir/sub", "dir/../to-dir", ".",         ".."
};
static const char* const ends[] = { "", "/", "//", "/.", "/..", "/./", "/../" };

static const int flags[] = {
  O_RDONLY,
  O_WRONLY,
  O_RDONLY | O_NOFOLLOW,
  O_RDONLY | O_DIRECTORY,
  O_RDONLY | O_DIRECTORY | O_NOFOLLOW,
  O_RDONLY | O_CREAT,
  O_RDWR | O_CREAT,
  O_RDWR | O_CREAT | O_EXCL,
  O_RDWR | O_CREAT | O_NOFOLLOW,
  O_RDWR | O_CREAT | O_TRUNC,
  O_RDONLY | O_EXCL,
  O_RDONLY | O_TRUNC,
};

/* The names whose state is printed. */
static const char* const names[] = {
  "file",    "dir",     "empty",     "missing",     "made",      "new",
  "to-file", "to-dir",  "to-empty",  "to-none",     "dir/inner", "dir/sub",
  "dir/in",  "dir/new", "empty/new", "missing-too", "other"
};

static int top;
static int changed = 1;


static int drop(const char* path,
                const struct stat* st,
                int type,
                struct FTW* f) {
  return f->level == 0 ? 0 : remove(path);
}


static void put(const char* path) {
  int fd;

  fd = open(path, O_CREAT | O_WRONLY | O_TRUNC, 0644);
  if (fd < 0 || write(fd, path, 4) != 4)
    exit(3);
  close(fd);
}


static void make_tree(void) {
  if (fchdir(top))
    exit(4);

  /* What has failed has left the tree as it was. */
  if (!changed)
    return;

  changed = 0;
  if (nftw(".", drop, 16, FTW_DEPTH | FTW_PHYS))
    exit(4);

  put("file");
  put("other");
  mkdir("dir", 0755);
  mkdir("dir/sub", 0755);
  mkdir("empty", 0755);
  put("dir/inner");
  symlink("file", "to-file");
  symlink("dir", "to-dir");
  symlink("empty", "to-empty");
  symlink("made", "to-none");
  symlink("dir/", "to-dir-s");
  symlink("file/", "to-file-s");
  symlink("made/", "to-none-s");
  symlink(".", "to-dot");
  symlink("dir/..", "to-up");
  symlink("loop", "loop");
  symlink("to-dir", "chain");
}


/* The kind of each name, and the size of files. */
static void print_tree(void) {
  struct stat st;
  size_t i;

  if (fchdir(top))
    exit(4);

  for (i = 0; i < COUNT(names); i++) {
    if (lstat(names[i], &st))
      putchar('-');
    else if (S_ISDIR(st.st_mode))
      putchar('d');
    else if (S_ISLNK(st.st_mode))
      putchar('l');
    else
      putchar('0' + (int) st.st_size);
  }
}


static int try_call(unsigned int call, const char* path) {
  char text[64];
  struct stat st;

  switch (call) {
    case 0:
      return stat(path, &st);
    case 1:
      return lstat(path, &st);
    case 2:
      return access(path, F_OK);
    case 3:
      return readlink(path, text, sizeof(text));
    case 4:
      return mkdir(path, 0755);
    case 5:
      return rmdir(path);
    case 6:
      return unlink(path);
    case 7:
      return symlink("target", path);
    case 8:
      return link("file", path);
    case 9:
      return link(path, "new");
    case 10:
      return rename(path, "new");
    case 11:
      return rename("other", path);
    case 12:
      return rename("empty", path);
    case 13:
      return rename(path, "dir/new");
    case 14:
      return rename("dir", path);
    case 15:
      return chdir(path);
    case 16:
      return truncate(path, 2);
    case 17:
      return link("to-none", path);
    case 18:
      return rename(path, "empty/");
    case 19:
      return linkat(AT_FDCWD, path, AT_FDCWD, "new", AT_SYMLINK_FOLLOW);
    case 20:
      return rename("to-dir", path);
    case 21:
      return link("dir", path);
    default:
      return -2;
  }
}


static void print_result(const char* what,
                         unsigned int n,
                         const char* path,
                         int r) {
  int err;

  err = r < 0 ? errno : 0;
  changed = r >= 0;
  printf("%s %u %s: %s ", what, n, path, err ? uv_err_name(-err) : "ok");
  print_tree();
  putchar('\n');
}


static void try_path(const char* path) {
  unsigned int i;
  int r;

  for (i = 0;; i++) {
    make_tree();
    r = try_call(i, path);
    if (r == -2)
      break;
    print_result("call", i, path, r);
  }

  for (i = 0; i < COUNT(flags); i++) {
    make_tree();
    r = open(path, flags[i], 0644);
    print_result("open", i, path, r);
    if (r >= 0)
      close(r);
  }
}


int main(int argc, char** argv) {
  char path[64];
  size_t i;
  size_t j;

  if (argc < 2 || chdir(argv[1]) || mkdir("a", 0755) || mkdir("a/b", 0755) ||
      chdir("a/b"))
    return 2;

  top = open(".", O_RDONLY | O_DIRECTORY);
  if (top < 0)
    return 2;

  for (i = 0; i < COUNT(bases); i++) {
    for (j = 0; j < COUNT(ends); j++) {
      snprintf(path, sizeof(path), "%s%s", bases[i], ends[j]);
      try_path(path);
    }
  }

  try_path("");

  return 0;
}

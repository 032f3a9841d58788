/* SPDX-License-Identifier: MIT */

#include "probe.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>


PROBE(mkdir) {
  umask(022);
  say("new", mkdir("folder", 0777));
  mode_of("its mode", "folder");
  say("again", mkdir("folder", 0777));
  say("with a slash", mkdir("other/", 0700));
  say("without a parent", mkdir("none/below", 0777));
  put("file", "");
  say("over a file", mkdir("file", 0777));
  say("below a file", mkdir("file/below", 0777));
  say("no name", mkdir("", 0777));
  symlink("target", "link");
  say("over a dangling link", mkdir("link", 0777));
  say("with a slash after the link", mkdir("link/", 0777));
}


PROBE(rmdir) {
  mkdir("folder", 0777);
  put("folder/file", "");
  say("not empty", rmdir("folder"));
  unlink("folder/file");
  say("empty", rmdir("folder"));
  say("absent", rmdir("folder"));
  put("file", "");
  say("a file", rmdir("file"));
  say("here", rmdir("."));
  mkdir("target", 0777);
  symlink("target", "link");
  say("a link", rmdir("link"));
  say("with a slash after the link", rmdir("link/"));
  say("with a slash", rmdir("target/"));
}


PROBE(unlink) {
  char bytes[8];
  int fd;

  fd = opened("file", "text");
  say("an open file", unlink("file"));
  say("goes on", read(fd, bytes, sizeof(bytes)));
  say("again", unlink("file"));
  mkdir("folder", 0777);
  say("a directory", unlink("folder"));
  symlink("folder", "link");
  put("other", "");
  say("a file with a slash", unlink("other/"));
  say("a link", unlink("link"));
  mode_of("its target", "folder");
  say("no name", unlink(""));
}


PROBE(rename) {
  put("one", "1");
  put("two", "2");
  mkdir("folder", 0777);
  mkdir("other", 0777);
  put("other/file", "");
  say("a file", rename("one", "three"));
  content("is", "three");
  say("over a file", rename("three", "two"));
  content("is", "two");
  say("over itself", rename("two", "two"));
  say("over a directory", rename("two", "folder"));
  say("a directory over a file", rename("folder", "two"));
  say("over one that is not empty", rename("folder", "other"));
  say("over an empty one", rename("other", "folder"));
  mode_of("what was in it", "folder/file");
  say("into itself", rename("folder", "folder/below"));
  say("absent", rename("none", "new"));
  say("to no parent", rename("two", "none/below"));
  say("with a slash", rename("two", "file/"));
  symlink("two", "link");
  say("a link", rename("link", "moved"));
  mode_of("is one", "moved");
}


PROBE(symlink) {
  put("file", "text");
  say("to a file", symlink("file", "link"));
  mode_of("its mode", "link");
  content("reads", "link");
  say("over a file", symlink("none", "file"));
  say("dangling", symlink("none", "dangling"));
  say("to nothing", symlink("", "empty"));
  say("without a parent", symlink("file", "none/below"));
  say("no name", symlink("file", ""));
}


PROBE(readlink) {
  char target[16];

  symlink("target", "link");
  put("file", "");
  memset(target, '\0', sizeof(target));
  say("a link", readlink("link", target, sizeof(target)));
  text("to", target);
  say("no room", readlink("link", target, 3));
  say("no bytes", readlink("link", target, 0));
  say("a file", readlink("file", target, sizeof(target)));
  say("absent", readlink("none", target, sizeof(target)));
}


PROBE(opendir) {
  DIR* dir;

  put("file", "");
  dir = opendir(".");
  yes("here", dir != NULL);
  yes("has a descriptor", dirfd(dir) > 2);
  say("absent", opendir("none") == NULL ? -1 : 0);
  say("a file", opendir("file") == NULL ? -1 : 0);
  say("no name", opendir("") == NULL ? -1 : 0);
}


static int by_name(const void* a, const void* b) {
  return strcmp(a, b);
}


/* Reports the names in a directory, which come in any order. */
static void list(const char* what, DIR* dir) {
  char names[8][16];
  char line[256];
  struct dirent* entry;
  int count;
  int i;

  for (count = 0; count < 8 && (entry = readdir(dir)) != NULL; count++)
    snprintf(names[count],
             sizeof(names[0]),
             "%.11s:%d",
             entry->d_name,
             entry->d_type);
  qsort(names, count, sizeof(names[0]), by_name);
  line[0] = '\0';
  for (i = 0; i < count; i++) {
    strcat(line, i == 0 ? "" : " ");
    strcat(line, names[i]);
  }
  text(what, line);
}


PROBE(readdir) {
  DIR* dir;
  long place;

  put("file", "");
  mkdir("folder", 0777);
  symlink("none", "link");
  dir = opendir(".");
  place = telldir(dir);
  list("names with types", dir);
  yes("the end", readdir(dir) == NULL);
  rewinddir(dir);
  list("again", dir);
  seekdir(dir, place);
  list("from a place", dir);
  dir = opendir("folder");
  rmdir("folder");
  list("a removed directory", dir);
}


PROBE(closedir) {
  DIR* dir;
  int fd;

  dir = opendir(".");
  fd = dirfd(dir);
  say("open", closedir(dir));
  say("its descriptor", fcntl(fd, F_GETFD));
}


PROBE(chdir) {
  struct stat st;

  mkdir("folder", 0777);
  put("folder/file", "text");
  say("below", chdir("folder"));
  content("a relative path", "file");
  say("a file", chdir("file"));
  say("absent", chdir("none"));
  say("no name", chdir(""));
  say("back", chdir(".."));
  say("there", stat("folder/file", &st));
  chdir("folder");
  rename("../folder", "../moved");
  content("renamed below the program", "file");
}


PROBE(fchdir) {
  int here;

  mkdir("folder", 0777);
  here = open(".", O_RDONLY | O_DIRECTORY);
  chdir("folder");
  put("file", "text");
  say("back", fchdir(here));
  content("then", "folder/file");
  say("a file", fchdir(opened("other", "")));
  say("not open", fchdir(1000));
}


PROBE(getcwd) {
  char path[PATH_MAX];
  char below[PATH_MAX];

  yes("a path", getcwd(path, sizeof(path)) == path);
  yes("is absolute", path[0] == '/');
  mkdir("folder", 0777);
  chdir("folder");
  getcwd(below, sizeof(below));
  text("below", strrchr(below, '/'));
  say("no room", getcwd(path, 2) == NULL ? -1 : 0);
  say("no bytes", getcwd(path, 0) == NULL ? -1 : 0);
  rmdir("../folder");
  say("removed", getcwd(path, sizeof(path)) == NULL ? -1 : 0);
}


PROBE(realpath) {
  char path[PATH_MAX];

  mkdir("folder", 0777);
  put("folder/file", "");
  symlink("folder", "link");
  yes("a link", realpath("link/../link/./file", path) != NULL);
  text("ends", strstr(path, "/folder/file"));
  say("absent", realpath("none", path) == NULL ? -1 : 0);
  say("a file for a directory",
      realpath("folder/file/x", path) == NULL ? -1 : 0);
  say("no name", realpath("", path) == NULL ? -1 : 0);
}


PROBE(mkstemp) {
  char name[] = "new-XXXXXX";
  char wrong[] = "new-XXX";

  ok("a file", mkstemp(name));
  yes("has another name", strcmp(name, "new-XXXXXX") != 0);
  mode_of("its mode", name);
  say("a wrong template", mkstemp(wrong));
}


PROBE(glob) {
  glob_t found;

  put("one.c", "");
  put("two.c", "");
  put("three.h", "");
  say("a pattern", glob("*.c", 0, NULL, &found));
  say("found", found.gl_pathc);
  text("sorted", found.gl_pathv[0]);
  globfree(&found);
  yes("no match", glob("*.x", 0, NULL, &found) == GLOB_NOMATCH);
}

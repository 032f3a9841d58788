/* SPDX-License-Identifier: MIT */

#include "probe.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define VISITS_MAX 32

/* Directories have no order, so what is visited is reported in that of names. */
static char visits[VISITS_MAX][80];
static int count;
static int stop_at;


static const char* name_of(int kind) {
  switch (kind) {
    case FTW_F:
      return "F";
    case FTW_D:
      return "D";
    case FTW_DNR:
      return "DNR";
    case FTW_NS:
      return "NS";
    case FTW_SL:
      return "SL";
    case FTW_DP:
      return "DP";
    case FTW_SLN:
      return "SLN";
  }

  return "unknown";
}


static int visit(const char* path, const struct stat* st, int kind) {
  if (count < VISITS_MAX)
    snprintf(visits[count], sizeof(visits[0]), "%s %s", path, name_of(kind));

  return ++count == stop_at ? 7 : 0;
}


static int visit_place(const char* path,
                       const struct stat* st,
                       int kind,
                       struct FTW* place) {
  if (count < VISITS_MAX)
    snprintf(visits[count],
             sizeof(visits[0]),
             "%s %s %d %d%s",
             path,
             name_of(kind),
             place->base,
             place->level,
             access(path + place->base, F_OK) == 0 ? " here" : "");

  count++;
  return 0;
}


static int compare(const void* one, const void* other) {
  return strcmp(one, other);
}


static void report(const char* what, int result) {
  int i;

  say(what, result);
  qsort(visits, count, sizeof(visits[0]), compare);
  for (i = 0; i < count; i++)
    text("visited", visits[i]);

  count = 0;
}


static void plant(void) {
  mkdir("tree", 0755);
  mkdir("tree/sub", 0755);
  put("tree/file", "");
  put("tree/sub/leaf", "");
  symlink("nowhere", "tree/dangling");
  symlink("sub", "tree/link");
}


PROBE(ftw) {
  plant();
  /* The directory may be entered by either of its names. */
  unlink("tree/link");
  report("a directory", ftw("tree", visit, 5));
  report("few descriptors", ftw("tree", visit, 1));
  report("a file", ftw("tree/file", visit, 5));
  report("a link to nowhere", ftw("tree/dangling", visit, 5));
  report("absent", ftw("absent", visit, 5));
  report("an empty path", ftw("", visit, 5));
  stop_at = 2;
  say("stopped", ftw("tree", visit, 5));
  say("visited", count);
}


PROBE(nftw) {
  plant();
  report("physical", nftw("tree", visit_place, 5, FTW_PHYS));
  report("depth", nftw("tree/", visit_place, 1, FTW_PHYS | FTW_DEPTH));
  report("another directory",
         nftw("tree", visit_place, 5, FTW_PHYS | FTW_CHDIR));
  ok("the first again", access("tree", F_OK));
  report("one file system", nftw("tree", visit_place, 5, FTW_PHYS | FTW_MOUNT));
  unlink("tree/link");
  symlink("..", "tree/sub/up");
  report("links", nftw("tree", visit_place, 5, 0));
  report("a link to nowhere", nftw("tree/dangling", visit_place, 5, 0));
  report("absent", nftw("absent", visit_place, 5, 0));
  report("an unknown flag", nftw("tree", visit_place, 5, 1 << 20));
}

/* SPDX-License-Identifier: MIT */

/* ftw() and nftw() as in glibc. The C library has only nftw(), which does not
 * know FTW_CHDIR and does not enter directories below the limit of descriptors.
 * Here a directory is closed before what is in it is visited.
 */

#include "../libc.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <search.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define UVP__FLAGS (FTW_PHYS | FTW_MOUNT | FTW_CHDIR | FTW_DEPTH)

typedef int (*uvp__nftw_cb)(const char*, const struct stat*, int, struct FTW*);
typedef int (*uvp__ftw_cb)(const char*, const struct stat*, int);

struct uvp__directory {
  dev_t device;
  ino_t inode;
};

/* One of the functions is NULL. The tree has the directories that were entered,
 * if links may lead into one again.
 */
struct uvp__walk {
  uvp__nftw_cb visit;
  uvp__ftw_cb visit_plainly;
  int flags;
  int home;
  dev_t device;
  void* entered;
  char path[PATH_MAX];
};

static int uvp__walk_from(struct uvp__walk* walk, struct FTW place);


static int uvp__compare_directories(const void* a, const void* b) {
  const struct uvp__directory* one;
  const struct uvp__directory* other;

  one = a;
  other = b;
  if (one->device != other->device)
    return one->device < other->device ? -1 : 1;

  if (one->inode != other->inode)
    return one->inode < other->inode ? -1 : 1;

  return 0;
}


/* Returns whether a directory is to be entered, or -1 without memory. */
static int uvp__enters(struct uvp__walk* walk, const struct stat* st) {
  struct uvp__directory key;
  struct uvp__directory* added;

  if (walk->flags & FTW_PHYS)
    return 1;

  key.device = st->st_dev;
  key.inode = st->st_ino;
  if (tfind(&key, &walk->entered, uvp__compare_directories) != NULL)
    return 0;

  added = malloc(sizeof(*added));
  if (added == NULL)
    return -1;

  *added = key;
  if (tsearch(added, &walk->entered, uvp__compare_directories) != NULL)
    return 1;

  free(added);
  return -1;
}


/* With FTW_CHDIR, makes the directory that an object is in the current one.
 * Returns the object's name there, or NULL.
 */
static const char* uvp__go(struct uvp__walk* walk, const struct FTW* place) {
  char first;
  int r;

  if (!(walk->flags & FTW_CHDIR))
    return walk->path;

  r = fchdir(walk->home);
  if (r == 0 && place->base > 0) {
    first = walk->path[place->base];
    walk->path[place->base] = '\0';
    r = chdir(walk->path);
    walk->path[place->base] = first;
  }

  if (r != 0)
    return NULL;

  return walk->path[place->base] == '\0' ? "." : walk->path + place->base;
}


/* Functions of ftw() do not know all kinds. */
static int uvp__plain_kind(int kind) {
  switch (kind) {
    case FTW_SL:
      return FTW_F;
    case FTW_DP:
      return FTW_D;
    case FTW_SLN:
      return FTW_NS;
  }

  return kind;
}


static int uvp__call(struct uvp__walk* walk,
                     const struct stat* st,
                     int kind,
                     struct FTW* place) {
  struct FTW from;

  if (walk->visit == NULL)
    return walk->visit_plainly(walk->path, st, uvp__plain_kind(kind));

  /* glibc is still in a directory when it is done with what is in there. */
  from = *place;
  if (kind == FTW_DP)
    from.base = strlen(walk->path);

  if (uvp__go(walk, &from) == NULL)
    return -1;

  return walk->visit(walk->path, st, kind, place);
}


/* Only what is below the start may be missing. */
static int uvp__kind(const struct uvp__walk* walk,
                     const char* name,
                     int level,
                     struct stat* st) {
  memset(st, 0, sizeof(*st));

  if ((walk->flags & FTW_PHYS ? lstat : stat)(name, st) == 0) {
    if (S_ISDIR(st->st_mode))
      return FTW_D;

    return S_ISLNK(st->st_mode) ? FTW_SL : FTW_F;
  }

  if (errno == ENOENT && !(walk->flags & FTW_PHYS) && lstat(name, st) == 0)
    return FTW_SLN;

  if (level > 0 && (errno == EACCES || errno == ENOENT))
    return FTW_NS;

  return -1;
}


/* Visits what is in a directory. */
static int uvp__walk_names(struct uvp__walk* walk,
                           struct dirent** names,
                           int count,
                           struct FTW place) {
  size_t end;
  int r;
  int i;

  end = strlen(walk->path);
  place.base = end;
  place.level++;
  if (walk->path[end - 1] != '/')
    place.base++;

  r = 0;
  for (i = 0; i < count && r == 0; i++) {
    if (strcmp(names[i]->d_name, ".") == 0 ||
        strcmp(names[i]->d_name, "..") == 0)
      continue;

    if (place.base + strlen(names[i]->d_name) >= sizeof(walk->path))
      return uvp__fail(ENAMETOOLONG);

    walk->path[place.base - 1] = '/';
    strcpy(walk->path + place.base, names[i]->d_name);
    r = uvp__walk_from(walk, place);
  }

  walk->path[end] = '\0';
  return r;
}


static int uvp__walk_directory(struct uvp__walk* walk,
                               const char* name,
                               const struct stat* st,
                               struct FTW place) {
  struct dirent** names;
  int count;
  int r;
  int i;

  count = scandir(name, &names, NULL, NULL);
  if (count < 0)
    return errno == EACCES ? uvp__call(walk, st, FTW_DNR, &place) : -1;

  r = 0;
  if (!(walk->flags & FTW_DEPTH))
    r = uvp__call(walk, st, FTW_D, &place);

  if (r == 0)
    r = uvp__walk_names(walk, names, count, place);

  for (i = 0; i < count; i++)
    free(names[i]);

  free(names);
  if (r == 0 && (walk->flags & FTW_DEPTH))
    r = uvp__call(walk, st, FTW_DP, &place);

  return r;
}


/* Visits what the path names, and everything below. */
static int uvp__walk_from(struct uvp__walk* walk, struct FTW place) {
  const char* name;
  struct stat st;
  int kind;
  int r;

  name = uvp__go(walk, &place);
  if (name == NULL)
    return -1;

  kind = uvp__kind(walk, name, place.level, &st);
  if (kind < 0)
    return -1;

  if (place.level == 0)
    walk->device = st.st_dev;

  if (kind != FTW_NS && (walk->flags & FTW_MOUNT) && st.st_dev != walk->device)
    return 0;

  if (kind != FTW_D)
    return uvp__call(walk, &st, kind, &place);

  r = uvp__enters(walk, &st);
  return r > 0 ? uvp__walk_directory(walk, name, &st, place) : r;
}


static int uvp__walk(struct uvp__walk* walk, const char* path) {
  struct FTW place;
  size_t size;
  int r;

  size = strlen(path);
  if (size == 0)
    return uvp__fail(ENOENT);

  while (size > 1 && path[size - 1] == '/')
    size--;

  if (size >= sizeof(walk->path))
    return uvp__fail(ENAMETOOLONG);

  memcpy(walk->path, path, size);
  walk->path[size] = '\0';

  place.level = 0;
  place.base = size;
  while (place.base > 0 && path[place.base - 1] != '/')
    place.base--;

  walk->entered = NULL;
  walk->home = -1;
  if (walk->flags & FTW_CHDIR) {
    walk->home = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (walk->home < 0)
      return -1;
  }

  r = uvp__walk_from(walk, place);
  tdestroy(walk->entered, free);

  if (walk->home >= 0) {
    if (fchdir(walk->home) != 0)
      r = -1;

    close(walk->home);
  }

  return r;
}


int nftw(const char* path, uvp__nftw_cb visit, int fds, int flags) {
  struct uvp__walk walk;

  if (flags & ~UVP__FLAGS)
    return uvp__fail(EINVAL);

  walk.visit = visit;
  walk.visit_plainly = NULL;
  walk.flags = flags;
  return uvp__walk(&walk, path);
}

UVP__FOR_LARGE_FILES(nftw);


int ftw(const char* path, uvp__ftw_cb visit, int fds) {
  struct uvp__walk walk;

  walk.visit = NULL;
  walk.visit_plainly = visit;
  walk.flags = 0;
  return uvp__walk(&walk, path);
}

UVP__FOR_LARGE_FILES(ftw);

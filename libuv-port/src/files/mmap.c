/* SPDX-License-Identifier: MIT */

/* Mappings of memory, made of copies: WebAssembly has one memory, without
 * pages. Changes of a shared mapping reach the file with msync(), munmap() and
 * exit(). What the program writes to the file reaches its shared mappings at
 * once, through the host.
 */

#include "uv_host.h"
#include "../libc.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define UVP__ALIGNMENT 65536
#define UVP__BLOCK 4096

/* Descriptors that mappings keep are out of the way of the program's own. */
#define UVP__KEPT_FD 512

struct uvp__map {
  struct uvp__map* next;
  char* start;
  size_t size;
  /* How much of it has not been unmapped. */
  size_t left;
  int anonymous;
  /* Of a shared mapping: the file; and if it can be written, its known bytes. */
  int fd;
  off_t offset;
  char* known;
};

static struct uvp__map* uvp__maps;

void* emscripten_builtin_memalign(size_t alignment, size_t size);


static size_t uvp__rounded(size_t size) {
  return (size + UVP__ALIGNMENT - 1) / UVP__ALIGNMENT * UVP__ALIGNMENT;
}


static struct uvp__map* uvp__find_map(const void* at) {
  struct uvp__map* map;

  for (map = uvp__maps; map != NULL; map = map->next)
    if ((const char*) at >= map->start &&
        (const char*) at < map->start + map->size)
      return map;

  return NULL;
}


/* Whether a file can be mapped; 0 or an errno. */
static int uvp__mappable(int fd, int prot, int flags) {
  struct stat st;
  int access;

  access = fcntl(fd, F_GETFL);
  if (access < 0 || fstat(fd, &st))
    return errno;

  if (!S_ISREG(st.st_mode))
    return ENODEV;

  access &= O_ACCMODE;
  if (access == O_WRONLY)
    return EACCES;

  if (flags & MAP_PRIVATE || !(prot & PROT_WRITE))
    return 0;

  return access == O_RDWR ? 0 : EACCES;
}


/* Reads a file from `offset` on. What is beyond its end remains zero. */
static int uvp__fill(int fd, char* to, size_t size, off_t offset) {
  ssize_t n;

  while (size > 0) {
    n = pread(fd, to, size, offset);
    if (n <= 0)
      return n < 0 ? errno : 0;

    to += n;
    size -= n;
    offset += n;
  }

  return 0;
}


/* Writes the blocks that have changed, as far as the file reaches. */
static int uvp__write_back(struct uvp__map* map) {
  struct stat st;
  size_t at;
  size_t n;

  if (map->known == NULL)
    return 0;

  if (fstat(map->fd, &st))
    return EIO;

  for (at = 0; at < map->size && map->offset + (off_t) at < st.st_size;
       at += n) {
    n = map->size - at < UVP__BLOCK ? map->size - at : UVP__BLOCK;
    if ((off_t) n > st.st_size - map->offset - (off_t) at)
      n = st.st_size - map->offset - at;

    if (memcmp(map->start + at, map->known + at, n) == 0)
      continue;

    if (pwrite(map->fd, map->start + at, n, map->offset + at) != (ssize_t) n)
      return EIO;

    memcpy(map->known + at, map->start + at, n);
  }

  return 0;
}


static void uvp__write_all_back(void) {
  struct uvp__map* map;

  for (map = uvp__maps; map != NULL; map = map->next)
    uvp__write_back(map);
}


static void uvp__free_map(struct uvp__map* map) {
  if (map->fd >= 0) {
    uvh_map(map->fd, 0, map->start, 0);
    close(map->fd);
  }

  free(map->known);
  free(map->start);
  free(map);
}


/* Keeps the file open, and lets the host copy what is written to it. */
static int uvp__keep_file(struct uvp__map* map, int fd, off_t offset) {
  map->fd = fcntl(fd, F_DUPFD_CLOEXEC, UVP__KEPT_FD);
  /* The program may have lowered its limit. */
  if (map->fd < 0 && errno == EINVAL)
    map->fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);

  if (map->fd < 0)
    return errno;

  map->offset = offset;
  return -uvh_map(map->fd, offset, map->start, map->size);
}


/* Keeps what is necessary to write changes to the file. */
static int uvp__keep_known(struct uvp__map* map) {
  static int registered;

  map->known = malloc(map->size);
  if (map->known == NULL)
    return ENOMEM;

  memcpy(map->known, map->start, map->size);
  if (!registered)
    registered = atexit(uvp__write_all_back) == 0;

  return 0;
}


static struct uvp__map* uvp__make_map(size_t size) {
  struct uvp__map* map;
  size_t room;

  room = uvp__rounded(size);
  map = room < size ? NULL : calloc(1, sizeof(*map));
  if (map == NULL)
    return NULL;

  map->fd = -1;
  map->size = room;
  map->left = room;
  map->start = emscripten_builtin_memalign(UVP__ALIGNMENT, room);
  if (map->start == NULL) {
    free(map);
    return NULL;
  }

  memset(map->start, 0, room);
  return map;
}


/* Replaces the contents of a part of a mapping. */
static void* uvp__map_fixed(char* at,
                            size_t size,
                            int flags,
                            int fd,
                            off_t offset) {
  struct uvp__map* map;
  int err;

  map = uvp__find_map(at);
  if (map == NULL || size > (size_t) (map->start + map->size - at) ||
      map->fd >= 0 || !(flags & MAP_PRIVATE)) {
    errno = ENOMEM;
    return MAP_FAILED;
  }

  memset(at, 0, size);
  err = flags & MAP_ANONYMOUS ? 0 : uvp__fill(fd, at, size, offset);
  if (err == 0)
    return at;

  errno = err;
  return MAP_FAILED;
}


static int uvp__check_map(size_t size, int prot, int flags, int fd, off_t at) {
  int kind;

  kind = flags & (MAP_SHARED | MAP_PRIVATE);
  if (size == 0 || kind == 0 || at < 0 || at % UVP__BLOCK != 0)
    return EINVAL;

  if (prot & PROT_EXEC)
    return ENOTSUP;

  return flags & MAP_ANONYMOUS ? 0 : uvp__mappable(fd, prot, flags);
}


void* mmap(void* at, size_t size, int prot, int flags, int fd, off_t offset) {
  struct uvp__map* map;
  int err;

  err = uvp__check_map(size, prot, flags, fd, offset);
  if (err == 0 && flags & MAP_FIXED)
    return uvp__map_fixed(at, size, flags, fd, offset);

  map = err ? NULL : uvp__make_map(size);
  if (map == NULL) {
    errno = err ? err : ENOMEM;
    return MAP_FAILED;
  }

  map->anonymous = (flags & MAP_ANONYMOUS) != 0;
  if (!map->anonymous) {
    err = uvp__fill(fd, map->start, size, offset);
    if (err == 0 && flags & MAP_SHARED)
      err = uvp__keep_file(map, fd, offset);
    if (err == 0 && flags & MAP_SHARED && prot & PROT_WRITE)
      err = uvp__keep_known(map);
  }

  if (err) {
    uvp__free_map(map);
    errno = err;
    return MAP_FAILED;
  }

  map->next = uvp__maps;
  uvp__maps = map;
  return map->start;
}

UVP__FOR_LARGE_FILES(mmap);


/* The size of the part of a mapping that a range has. */
static size_t uvp__overlap(const struct uvp__map* map,
                           const char* start,
                           const char* end) {
  const char* map_end;

  map_end = map->start + map->size;
  if (start < map->start)
    start = map->start;

  if (end > map_end)
    end = map_end;

  return start < end ? end - start : 0;
}


/* A mapping is freed once all of it is unmapped. */
int munmap(void* start, size_t size) {
  struct uvp__map** link;
  struct uvp__map* map;
  size_t part;
  char* end;

  if ((uintptr_t) start % UVP__BLOCK != 0 || size == 0)
    return uvp__fail(EINVAL);

  end = (char*) start + uvp__rounded(size);
  for (link = &uvp__maps; *link != NULL;) {
    map = *link;
    part = uvp__overlap(map, start, end);
    if (part > 0)
      uvp__write_back(map);

    if (part < map->left) {
      map->left -= part;
      link = &map->next;
      continue;
    }

    *link = map->next;
    uvp__free_map(map);
  }

  return 0;
}


int msync(void* start, size_t size, int flags) {
  struct uvp__map* map;
  int err;

  if ((uintptr_t) start % UVP__BLOCK != 0 ||
      flags & ~(MS_ASYNC | MS_SYNC | MS_INVALIDATE) ||
      (flags & (MS_ASYNC | MS_SYNC)) == (MS_ASYNC | MS_SYNC))
    return uvp__fail(EINVAL);

  map = uvp__find_map(start);
  if (map == NULL)
    return uvp__fail(ENOMEM);

  err = uvp__write_back(map);
  if (err == 0 && map->known != NULL && flags & MS_SYNC)
    err = fdatasync(map->fd) ? errno : 0;

  return err ? uvp__fail(err) : 0;
}


void* mremap(void* old, size_t old_size, size_t size, int flags, ...) {
  struct uvp__map* map;
  void* moved;

  map = uvp__find_map(old);
  if (size == 0 || flags & ~MREMAP_MAYMOVE) {
    errno = EINVAL;
    return MAP_FAILED;
  }

  if (map == NULL || map->start != old || map->fd >= 0) {
    errno = EFAULT;
    return MAP_FAILED;
  }

  if (size <= map->size)
    return old;

  if (!(flags & MREMAP_MAYMOVE)) {
    errno = ENOMEM;
    return MAP_FAILED;
  }

  moved = mmap(NULL, size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (moved != MAP_FAILED) {
    memcpy(moved, old, map->size);
    munmap(old, map->size);
  }

  return moved;
}


/* Memory can always be read and written, and never be executed. */
int mprotect(void* start, size_t size, int prot) {
  if ((uintptr_t) start % UVP__BLOCK != 0)
    return uvp__fail(EINVAL);

  return prot == (PROT_READ | PROT_WRITE) ? 0 : uvp__fail(ENOTSUP);
}


/* What is no longer needed reads as zeros, which programs rely on. */
int madvise(void* start, size_t size, int advice) {
  struct uvp__map* map;

  if ((uintptr_t) start % UVP__BLOCK != 0 || advice < 0)
    return uvp__fail(EINVAL);

  map = uvp__find_map(start);
  if (advice == MADV_DONTNEED && map != NULL && map->anonymous)
    memset(start, 0, uvp__overlap(map, start, (char*) start + size));

  return 0;
}


int posix_madvise(void* start, size_t size, int advice) {
  return advice < 0 || advice > POSIX_MADV_DONTNEED ? EINVAL : 0;
}


/* The memory belongs to the host. */
int mlock(const void* start, size_t size) {
  return uvp__fail(ENOSYS);
}


int munlock(const void* start, size_t size) {
  return uvp__fail(ENOSYS);
}


int mlockall(int flags) {
  return uvp__fail(ENOSYS);
}


int munlockall(void) {
  return uvp__fail(ENOSYS);
}

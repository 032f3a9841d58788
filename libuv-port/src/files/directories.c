/* SPDX-License-Identifier: MIT */

/* Operations on names in directories: create, remove, rename and list them. */

#include "uv_host.h"
#include "../libc.h"
#include "../musl-syscall.h"
#include "files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <wasi/api.h>

/* The number of bytes of entries to request at once. */
#define UVP__LISTING 2048


long __syscall_mkdirat(long dir, long path, long mode) {
  struct uvp__place place;
  int err;

  err = uvp__locate(dir, (const char*) path, &place);
  if (err == 0)
    err = __wasi_path_create_directory(place.dir, place.path, place.len);
  if (err == 0)
    err = uvp__set_mode(&place, uvp__masked(mode), UVP__SET_MODE | UVP__IS_NEW);

  return -err;
}


long __syscall_mkdir(long path, long mode) {
  return __syscall_mkdirat(AT_FDCWD, path, mode);
}


long __syscall_unlinkat(long dir, long path, long flags) {
  struct uvp__place place;
  int err;

  if (flags & ~AT_REMOVEDIR)
    return -EINVAL;

  err = uvp__locate(dir, (const char*) path, &place);
  if (err)
    return -err;

  if (flags & AT_REMOVEDIR)
    return -__wasi_path_remove_directory(place.dir, place.path, place.len);

  return -__wasi_path_unlink_file(place.dir, place.path, place.len);
}


long __syscall_unlink(long path) {
  return __syscall_unlinkat(AT_FDCWD, path, 0);
}


long __syscall_rmdir(long path) {
  return __syscall_unlinkat(AT_FDCWD, path, AT_REMOVEDIR);
}


long __syscall_renameat(long from_dir, long from, long to_dir, long to) {
  struct uvp__place a;
  struct uvp__place b;
  int err;

  err = uvp__locate(from_dir, (const char*) from, &a);
  if (err == 0)
    err = uvp__locate(to_dir, (const char*) to, &b);
  if (err == 0)
    err = __wasi_path_rename(a.dir, a.path, a.len, b.dir, b.path, b.len);

  return -err;
}


long __syscall_rename(long from, long to) {
  return __syscall_renameat(AT_FDCWD, from, AT_FDCWD, to);
}


long __syscall_linkat(long from_dir,
                      long from,
                      long to_dir,
                      long to,
                      long flags) {
  struct uvp__place a;
  struct uvp__place b;
  int follow;
  int err;

  follow = flags & AT_SYMLINK_FOLLOW ? __WASI_LOOKUPFLAGS_SYMLINK_FOLLOW : 0;
  err = uvp__locate(from_dir, (const char*) from, &a);
  if (err == 0)
    err = uvp__locate(to_dir, (const char*) to, &b);
  if (err == 0)
    err = __wasi_path_link(a.dir, follow, a.path, a.len, b.dir, b.path, b.len);

  return -err;
}


/* Not defined as a system call, because the C library's own returns EMLINK for
 * everything.
 */
int link(const char* from, const char* to) {
  return uvp__result(
      __syscall_linkat(AT_FDCWD, (long) from, AT_FDCWD, (long) to, 0));
}


long __syscall_symlinkat(long target, long dir, long path) {
  const char* text;
  struct uvp__place place;
  int err;

  text = (const char*) target;
  err = uvp__locate(dir, (const char*) path, &place);
  if (err == 0)
    err = __wasi_path_symlink(text,
                              strlen(text),
                              place.dir,
                              place.path,
                              place.len);

  return -err;
}


long __syscall_symlink(long target, long path) {
  return __syscall_symlinkat(target, AT_FDCWD, path);
}


long __syscall_readlinkat(long dir, long path, long buf, long size) {
  struct uvp__place place;
  __wasi_size_t used;
  int err;

  if (size <= 0)
    return -EINVAL;

  err = uvp__locate(dir, (const char*) path, &place);
  if (err == 0)
    err = __wasi_path_readlink(place.dir,
                               place.path,
                               place.len,
                               (uint8_t*) buf,
                               size,
                               &used);

  return err ? -err : (long) used;
}


long __syscall_readlink(long path, long buf, long size) {
  return __syscall_readlinkat(AT_FDCWD, path, buf, size);
}


/* The C library's own accept a buffer without room. */
ssize_t readlink(const char* restrict path, char* restrict buf, size_t size) {
  return readlinkat(AT_FDCWD, path, buf, size);
}


ssize_t readlinkat(int dir,
                   const char* restrict path,
                   char* restrict buf,
                   size_t size) {
  return uvp__result(__syscall_readlinkat(dir, (long) path, (long) buf, size));
}


static int uvp__entry_type(__wasi_filetype_t type) {
  switch (type) {
    case __WASI_FILETYPE_DIRECTORY:
      return DT_DIR;
    case __WASI_FILETYPE_REGULAR_FILE:
      return DT_REG;
    case __WASI_FILETYPE_SYMBOLIC_LINK:
      return DT_LNK;
    case __WASI_FILETYPE_CHARACTER_DEVICE:
      return DT_CHR;
    default:
      return DT_UNKNOWN;
  }
}


/* Writes one entry, and returns its length: 0 if there is no room for it. */
static size_t uvp__put_entry(const __wasi_dirent_t* entry,
                             const char* name,
                             char* out,
                             size_t room) {
  struct dirent* d;
  size_t len;

  len = offsetof(struct dirent, d_name) + entry->d_namlen + 1;
  len = (len + _Alignof(struct dirent) - 1) & -_Alignof(struct dirent);
  if (len > room || entry->d_namlen >= sizeof(d->d_name))
    return 0;

  d = (struct dirent*) out;
  d->d_ino = entry->d_ino;
  d->d_off = entry->d_next;
  d->d_reclen = len;
  d->d_type = uvp__entry_type(entry->d_type);
  memcpy(d->d_name, name, entry->d_namlen);
  d->d_name[entry->d_namlen] = '\0';

  return len;
}


/* The position of a listing, which preview 1 leaves to the caller, is the offset
 * of the directory: of what the descriptor refers to, as on Linux.
 */
long __syscall_getdents64(long fd, long buf, long size) {
  _Alignas(__wasi_dirent_t) uint8_t listing[UVP__LISTING];
  __wasi_filesize_t listed;
  __wasi_dirent_t entry;
  __wasi_size_t used;
  size_t done;
  size_t at;
  size_t len;
  int err;

  err = __wasi_fd_tell(fd, &listed);
  if (err == 0)
    err = __wasi_fd_readdir(fd, listing, sizeof(listing), listed, &used);
  if (err)
    return err == ESPIPE ? -ENOTDIR : -err;

  done = 0;

  /* The last entry may be truncated; then it is listed again. */
  for (at = 0; at + sizeof(entry) <= used; at += entry.d_namlen) {
    memcpy(&entry, listing + at, sizeof(entry));
    at += sizeof(entry);
    if (at + entry.d_namlen > used)
      break;

    len = uvp__put_entry(&entry,
                         (const char*) listing + at,
                         (char*) buf + done,
                         size - done);
    if (len == 0)
      break;

    done += len;
    listed = entry.d_next;
  }

  err = __wasi_fd_seek(fd, listed, __WASI_WHENCE_SET, &listed);
  if (err)
    return -err;

  /* There were entries, but none that fits. */
  if (done == 0 && used > 0)
    return -EINVAL;

  return done;
}

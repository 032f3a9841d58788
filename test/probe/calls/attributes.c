/* SPDX-License-Identifier: MIT */

#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>


PROBE(stat) {
  struct stat st;

  put("file", "text");
  say("a file", stat("file", &st));
  yes("regular", S_ISREG(st.st_mode));
  say("size", st.st_size);
  say("links", st.st_nlink);
  yes("owner", st.st_uid == geteuid());
  yes("block size", st.st_blksize > 0);
  yes("modified", st.st_mtim.tv_sec > 1600000000);
  mkdir("folder", 0755);
  say("a directory", stat("folder", &st));
  yes("is one", S_ISDIR(st.st_mode));
  say("with a slash", stat("folder/", &st));
  say("a file with a slash", stat("file/", &st));
  say("a file for a directory", stat("file/below", &st));
  say("absent", stat("none", &st));
  say("no name", stat("", &st));
  symlink("none", "link");
  say("a dangling link", stat("link", &st));
  symlink("loop", "loop");
  say("a link to itself", stat("loop", &st));
  say("dots", stat("folder/../folder/./../file", &st));
}


PROBE(lstat) {
  struct stat st;

  mkdir("folder", 0755);
  symlink("folder", "link");
  say("a link", lstat("link", &st));
  yes("is one", S_ISLNK(st.st_mode));
  say("size", st.st_size);
  say("with a slash", lstat("link/", &st));
  yes("its target", S_ISDIR(st.st_mode));
  say("absent", lstat("none", &st));
}


PROBE(fstat) {
  struct stat st;
  int fds[2];
  int fd;

  fd = opened("file", "text");
  say("a file", fstat(fd, &st));
  say("size", st.st_size);
  unlink("file");
  say("unlinked", fstat(fd, &st));
  say("links", st.st_nlink);
  if (pipe(fds) != 0)
    failed("pipe()");
  say("a pipe", fstat(fds[0], &st));
  yes("is one", S_ISFIFO(st.st_mode));
  say("a socket", fstat(socket(AF_INET, SOCK_STREAM, 0), &st));
  yes("is one", S_ISSOCK(st.st_mode));
  say("a directory", fstat(open(".", O_RDONLY), &st));
  yes("is one", S_ISDIR(st.st_mode));
  say("not open", fstat(1000, &st));
}


PROBE(access) {
  put("file", "text");
  chmod("file", 0600);
  say("there", access("file", F_OK));
  say("to read and write", access("file", R_OK | W_OK));
  say("to execute", access("file", X_OK));
  chmod("file", 0700);
  say("to execute then", access("file", X_OK));
  chmod("file", 0400);
  say("to write, read-only", access("file", W_OK));
  say("a directory", access(".", R_OK | X_OK));
  say("absent", access("none", F_OK));
  say("a file for a directory", access("file/below", F_OK));
  say("an unknown mode", access("file", 99));
}


PROBE(chmod) {
  put("file", "text");
  say("a file", chmod("file", 0751));
  mode_of("its mode", "file");
  say("more bits", chmod("file", 04711));
  mode_of("its mode", "file");
  say("a directory", mkdir("folder", 0700) + chmod("folder", 01777));
  mode_of("its mode", "folder");
  symlink("file", "link");
  say("a link", chmod("link", 0600));
  mode_of("its target's mode", "file");
  chmod("file", 0400);
  say("then it is not to be written", open("file", O_WRONLY));
  say("absent", chmod("none", 0600));
}


PROBE(fchmod) {
  int fd;

  fd = opened("file", "text");
  say("a file", fchmod(fd, 0741));
  mode_of("its mode", "file");
  say("read-only", fchmod(open("file", O_RDONLY), 0600));
  mode_of("its mode", "file");
  say("a directory", fchmod(open(".", O_RDONLY), 0755));
  say("not open", fchmod(1000, 0600));
}


PROBE(chown) {
  put("file", "text");
  say("to the own user", chown("file", geteuid(), getegid()));
  say("unchanged", chown("file", -1, -1));
  say("to another user", chown("file", 12345, -1));
  say("to another group", chown("file", -1, 12345));
  say("absent", chown("none", -1, -1));
  say("a file for a directory", chown("file/below", -1, -1));
}


PROBE(fchown) {
  int fd;

  fd = opened("file", "text");
  say("to the own user", fchown(fd, geteuid(), getegid()));
  say("unchanged", fchown(fd, -1, -1));
  say("to another user", fchown(fd, 12345, -1));
  say("not open", fchown(1000, -1, -1));
}


PROBE(umask) {
  umask(0);
  say("the previous", umask(027));
  say("then", umask(027));
  put("file", "");
  mode_of("a file", "file");
  mkdir("folder", 0777);
  mode_of("a directory", "folder");
  say("more than permissions", umask(07777));
  say("then", umask(0));
}


PROBE(statvfs) {
  struct statvfs st;

  memset(&st, 0, sizeof(st));
  say("here", statvfs(".", &st));
  yes("block size", st.f_bsize > 0);
  yes("fragment size", st.f_frsize > 0);
  say("the longest name", st.f_namemax);
  yes("free blocks are some of all", st.f_bfree <= st.f_blocks);
  say("of a descriptor", fstatvfs(opened("file", ""), &st));
  say("absent", statvfs("none", &st));
  say("a file for a directory", statvfs("file/below", &st));
  say("not open", fstatvfs(1000, &st));
}


PROBE(statx) {
  struct statx st;
  int fd;

  fd = opened("file", "twelve bytes");
  symlink("file", "link");
  memset(&st, 0, sizeof(st));
  say("a file", statx(AT_FDCWD, "file", 0, STATX_BASIC_STATS, &st));
  yes("all fields", (st.stx_mask & STATX_BASIC_STATS) == STATX_BASIC_STATS);
  say("its size", st.stx_size);
  yes("its kind", S_ISREG(st.stx_mode));
  say("its links", st.stx_nlink);
  yes("its owner", st.stx_uid == getuid());
  yes("its time", st.stx_mtime.tv_sec > 1000000000);
  say("a link", statx(AT_FDCWD, "link", AT_SYMLINK_NOFOLLOW, STATX_TYPE, &st));
  yes("its kind", S_ISLNK(st.stx_mode));
  say("a descriptor", statx(fd, "", AT_EMPTY_PATH, STATX_SIZE, &st));
  say("its size", st.stx_size);
  say("without a synchronization",
      statx(AT_FDCWD, "link", AT_STATX_DONT_SYNC, STATX_ALL, &st));
  yes("of the file", S_ISREG(st.stx_mode));
  say("absent", statx(AT_FDCWD, "absent", 0, STATX_ALL, &st));
  say("an empty path", statx(AT_FDCWD, "", 0, STATX_ALL, &st));
  say("both synchronizations",
      statx(AT_FDCWD, "file", AT_STATX_SYNC_TYPE, STATX_ALL, &st));
  say("an unknown flag", statx(AT_FDCWD, "file", 1, STATX_ALL, &st));
  say("a reserved field", statx(AT_FDCWD, "file", 0, STATX__RESERVED, &st));
}

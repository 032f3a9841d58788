/* SPDX-License-Identifier: MIT */

/* Calls on files; the first argument says which:
 *
 *   files list PATH | read PATH | change PATH | names | links | times | many |
 *         permissions
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

static char bytes[64];


static void say(const char* what, int r) {
  printf("%s: %s\n", what, r < 0 ? uv_err_name(r) : "ok");
}


static void say_errno(const char* what, int r) {
  say(what, r < 0 ? -errno : r);
}


static void list(const char* path) {
  struct dirent* entry;
  DIR* folder;

  folder = opendir(path);
  if (folder == NULL) {
    say("list", -errno);
    return;
  }

  while ((entry = readdir(folder)) != NULL)
    printf("%s%s\n", entry->d_name, entry->d_type == DT_DIR ? "/" : "");

  closedir(folder);
}


static void on_read(uv_fs_t* req) {
  printf("%.*s", (int) req->result, bytes);
  uv_fs_req_cleanup(req);
}


static void read_async(const char* path) {
  uv_buf_t buf;
  uv_fs_t req;
  int fd;

  fd = uv_fs_open(NULL, &req, path, UV_FS_O_RDONLY, 0, NULL);
  say("open", fd);
  if (fd < 0)
    return;

  buf = uv_buf_init(bytes, sizeof(bytes));
  uv_fs_read(uv_default_loop(), &req, fd, &buf, 1, 0, on_read);
  uv_run(uv_default_loop(), UV_RUN_DEFAULT);
  uv_fs_close(NULL, &req, fd, NULL);
}


static void change(const char* path) {
  struct stat st;
  FILE* file;
  int fd;

  file = fopen(path, "w+");
  fputs("0123456789", file);
  fseek(file, 2, SEEK_SET);
  fputs("AB", file);
  fclose(file);

  fd = open(path, O_RDWR | O_APPEND);
  write(fd, "end", 3);
  close(fd);

  fd = open(path, O_RDWR);
  pwrite(fd, "CD", 2, 5);
  pwrite(fd, "far", 3, 16);
  memset(bytes, '?', sizeof(bytes));
  printf("%d:", (int) pread(fd, bytes, sizeof(bytes), 0));
  fwrite(bytes, 1, 13, stdout);
  printf(" %d %d %d\n", bytes[13], bytes[15], (int) lseek(fd, 0, SEEK_CUR));

  /* A removed file exists as long as it is open. */
  unlink(path);
  ftruncate(fd, 4);
  fstat(fd, &st);
  printf("%d links, %d bytes, %d read\n",
         (int) st.st_nlink,
         (int) st.st_size,
         (int) read(fd, bytes, sizeof(bytes)));
  close(fd);
  say_errno("gone", open(path, O_RDONLY));
}


static void names(void) {
  say_errno("mkdir", mkdir("/tmp/a", 0777));
  say_errno("mkdir", mkdir("/tmp/a", 0777));
  say_errno("mkdir", mkdir("/tmp/no/a", 0777));
  say_errno("chdir", chdir("/tmp/a"));
  printf("%s\n", getcwd(bytes, sizeof(bytes)));
  close(creat("file", 0666));
  say_errno("rename", rename("file", "../moved"));
  say_errno("access", access("../moved", R_OK));
  say_errno("rmdir", rmdir("/tmp"));
  say_errno("into itself", rename("/tmp", "/tmp/a/b"));
  say_errno("rmdir", rmdir("/tmp/a"));
  say_errno("creat", creat("orphan", 0666));
  say_errno("open", open("/tmp", O_RDWR));
  say_errno("open", open("/tmp/moved/x", O_RDONLY));
}


static void links(void) {
  close(creat("/tmp/file", 0666));
  say_errno("link", link("/tmp/file", "/tmp/other"));
  say_errno("symlink", symlink("../tmp/./file", "/tmp/soft"));
  say_errno("symlink", symlink("loop", "/tmp/loop"));
  say_errno("stat", access("/tmp/soft", F_OK));
  say_errno("loop", access("/tmp/loop", F_OK));
  printf("%s\n", realpath("/tmp/soft", NULL));
  say_errno("above", access("/../../tmp/../tmp/file", F_OK));
}


static void times(void) {
  struct stat st;
  uv_fs_t req;

  close(creat("/tmp/file", 0666));
  say("utime", uv_fs_utime(NULL, &req, "/tmp/file", -1.5, 12.25, NULL));
  stat("/tmp/file", &st);
  printf("%lld %ld %lld %ld\n",
         (long long) st.st_atim.tv_sec,
         st.st_atim.tv_nsec,
         (long long) st.st_mtim.tv_sec,
         st.st_mtim.tv_nsec);
}


static void mode_of(const char* path) {
  struct stat st;

  say_errno(path, stat(path, &st));
  printf("%04o, %s\n",
         st.st_mode & 07777,
         st.st_uid == getuid() ? "mine" : "not mine");
}


/* As a user that is not root. */
static void permissions(void) {
  int fd;

  printf("%04o\n", umask(022));
  mkdir("/tmp/p", 0777);
  mode_of("/tmp/p");
  fd = open("/tmp/p/f", O_RDWR | O_CREAT, 0466);
  mode_of("/tmp/p/f");
  say_errno("write", write(fd, "x", 1));
  say_errno("rdwr", open("/tmp/p/f", O_RDWR));
  say_errno("w_ok", access("/tmp/p/f", W_OK));
  say_errno("r_ok", access("/tmp/p/f", R_OK));
  say_errno("fchmod", fchmod(fd, 04200));
  mode_of("/tmp/p/f");
  say_errno("rdonly", open("/tmp/p/f", O_RDONLY));
  say_errno("creat", creat("/tmp/p/f", 0777));
  mode_of("/tmp/p/f");
  say_errno("chmod", chmod("/tmp/p", 0300));
  say_errno("list", open("/tmp/p", O_RDONLY));
  say_errno("chmod", chmod("/tmp/p", 0600));
  say_errno("through", access("/tmp/p/f", F_OK));
  say_errno("chmod", chmod("/tmp/p", 0500));
  say_errno("make", creat("/tmp/p/g", 0666));
  say_errno("make", mkdir("/tmp/p/g", 0777));
  say_errno("remove", unlink("/tmp/p/f"));
  say_errno("move", rename("/tmp/p/f", "/tmp/f"));
  say_errno("chmod", chmod("/tmp/p", 0700));
  say_errno("remove", unlink("/tmp/p/f"));
  umask(077);
  mkdir("/tmp/p/q", 0777);
  mode_of("/tmp/p/q");
  say_errno("chmod", chmod("/tmp/p/no", 0700));
  say_errno("chown", chown("/tmp/p", 0, -1));
}


/* Descriptors of files end below those of the host. */
static void many(void) {
  int last;
  int fd;

  last = -1;
  while ((fd = open("/", O_RDONLY)) >= 0)
    last = fd;

  say("open", -errno);
  printf("%d\n", last);
  close(last);
  printf("%d\n", open("/", O_RDONLY));
}


int main(int argc, char** argv) {
  setvbuf(stdout, NULL, _IOLBF, 0);

  if (strcmp(argv[1], "list") == 0)
    list(argv[2]);
  else if (strcmp(argv[1], "read") == 0)
    read_async(argv[2]);
  else if (strcmp(argv[1], "change") == 0)
    change(argv[2]);
  else if (strcmp(argv[1], "names") == 0)
    names();
  else if (strcmp(argv[1], "links") == 0)
    links();
  else if (strcmp(argv[1], "times") == 0)
    times();
  else if (strcmp(argv[1], "many") == 0)
    many();
  else if (strcmp(argv[1], "permissions") == 0)
    permissions();

  return 0;
}

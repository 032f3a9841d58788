/* SPDX-License-Identifier: MIT */

/* uv_fs_event_t: which callbacks come for files and directories. */

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <uv.h>

static uv_loop_t loop;
static uv_fs_event_t handles[3];
static uv_fs_event_t other;
static int stops;


static void print_result(const char* title, int r) {
  printf("%s: %s\n", title, r < 0 ? uv_err_name(r) : "ok");
}


static void on_event(uv_fs_event_t* handle,
                     const char* name,
                     int events,
                     int status) {
  printf("  %d: \"%s\"%s%s %d\n",
         handle == &other ? 9 : (int) (handle - handles),
         name,
         events & UV_CHANGE ? " change" : "",
         events & UV_RENAME ? " rename" : "",
         status);

  if (stops) {
    uv_fs_event_stop(handle);
    /* The name remains valid after that. */
    printf("  stopped after \"%s\"\n", name);
  }
}


static void run(const char* title) {
  int i;

  printf("%s\n", title);
  for (i = 0; i < 3; i++)
    uv_run(&loop, UV_RUN_NOWAIT);
}


static void change(const char* name, const char* text) {
  int fd;

  fd = open(name, O_CREAT | O_WRONLY, 0600);
  if (fd < 0 || write(fd, text, strlen(text)) < 0)
    abort();

  close(fd);
}


static void watch_directory(void) {
  char path[64];
  size_t size;

  print_result("not started", uv_fs_event_stop(&handles[0]));
  size = sizeof(path);
  print_result("no path", uv_fs_event_getpath(&handles[0], path, &size));
  print_result("absent", uv_fs_event_start(&handles[0], on_event, "no", 0));
  print_result("a directory", uv_fs_event_start(&handles[0], on_event, ".", 0));
  print_result("again", uv_fs_event_start(&handles[0], on_event, ".", 0));
  size = sizeof(path);
  print_result("path", uv_fs_event_getpath(&handles[0], path, &size));
  printf("path: \"%s\" of %d\n", path, (int) size);
  size = 1;
  print_result("no room", uv_fs_event_getpath(&handles[0], path, &size));
  printf("needs: %d\n", (int) size);

  change("file", "1");
  run("made");
  change("file", "2");
  run("changed");
  rename("file", "other");
  run("renamed");
  chmod("other", 0640);
  run("permissions");
  unlink("other");
  run("removed");
  mkdir("inner", 0700);
  run("a directory");
  change("inner/file", "1");
  run("not below it");
}


static void watch_file(void) {
  print_result("a file",
               uv_fs_event_start(&handles[1], on_event, "inner/file", 0));
  print_result("twice",
               uv_fs_event_start(&handles[2], on_event, "inner/file", 0));
  change("inner/file", "2");
  run("changed");
  print_result("stop", uv_fs_event_stop(&handles[2]));
  rename("inner/file", "inner/moved");
  run("renamed");
  unlink("inner/moved");
  run("removed");
  print_result("stop", uv_fs_event_stop(&handles[1]));
}


static void stop_in_callback(void) {
  change("inner/file", "1");
  print_result("a file",
               uv_fs_event_start(&handles[1], on_event, "inner/file", 0));
  stops = 1;
  change("inner/file", "2");
  chmod("inner/file", 0640);
  run("stops");
  printf("active: %d\n", uv_is_active((uv_handle_t*) &handles[1]));
  stops = 0;
}


static void close_with_events(void) {
  uv_fs_event_init(&loop, &other);
  print_result("another", uv_fs_event_start(&other, on_event, "inner", 0));
  unlink("inner/file");
  uv_close((uv_handle_t*) &other, NULL);
  run("closed");
}


int main(void) {
  char folder[] = "/tmp/fs-events-XXXXXX";
  int i;

  if (mkdtemp(folder) == NULL || chdir(folder))
    return 1;

  uv_loop_init(&loop);
  for (i = 0; i < 3; i++)
    print_result("init", uv_fs_event_init(&loop, &handles[i]));

  watch_directory();
  watch_file();
  stop_in_callback();
  close_with_events();

  rmdir("inner");
  run("removed");
  for (i = 0; i < 3; i++)
    uv_close((uv_handle_t*) &handles[i], NULL);

  uv_run(&loop, UV_RUN_DEFAULT);
  print_result("close", uv_loop_close(&loop));

  return chdir("/") || rmdir(folder);
}

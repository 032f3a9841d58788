/* SPDX-License-Identifier: MIT */

/* Handles of libuv's that ask the system for more than sockets and timers. */

#include "probe.h"

#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

static int count;
static uv_timer_t deadline;


static void stop(uv_timer_t* timer) {
  text("no event", "within 2 s");
  uv_stop(timer->loop);
}


/* Runs the loop until it is stopped, or for two seconds. */
static void run(void) {
  uv_timer_init(uv_default_loop(), &deadline);
  uv_timer_start(&deadline, stop, 2000, 0);
  uv_run(uv_default_loop(), UV_RUN_DEFAULT);
}


static void on_event(uv_fs_event_t* handle,
                     const char* name,
                     int events,
                     int err) {
  status("an event", err);
  text("of", name);
  uv_fs_event_stop(handle);
  uv_stop(handle->loop);
}


PROBE(uv_fs_event_start) {
  uv_fs_event_t event;
  uv_fs_event_t other;

  put("file", "text");
  uv_fs_event_init(uv_default_loop(), &event);
  uv_fs_event_init(uv_default_loop(), &other);
  status("absent", uv_fs_event_start(&other, on_event, "none", 0));
  status("a directory", uv_fs_event_start(&event, on_event, ".", 0));
  put("new", "text");
  run();
}


static void on_poll(uv_fs_poll_t* handle,
                    int err,
                    const uv_stat_t* before,
                    const uv_stat_t* after) {
  status("an event", err);
  say("the size was", before->st_size);
  say("is", after->st_size);
  uv_stop(handle->loop);
}


static void grow(uv_timer_t* timer) {
  put("file", "longer text");
}


PROBE(uv_fs_poll_start) {
  uv_fs_poll_t handle;
  uv_timer_t timer;

  put("file", "text");
  uv_fs_poll_init(uv_default_loop(), &handle);
  status("a file", uv_fs_poll_start(&handle, on_poll, "file", 10));
  uv_timer_init(uv_default_loop(), &timer);
  uv_timer_start(&timer, grow, 50, 0);
  run();
}


static void on_signal(uv_signal_t* handle, int signum) {
  say("called", signum == SIGUSR1);
  if (++count == 2)
    uv_stop(handle->loop);
  else
    raise(SIGUSR1);
}


PROBE(uv_signal_start) {
  uv_signal_t signals[2];
  int i;

  for (i = 0; i < 2; i++)
    uv_signal_init(uv_default_loop(), &signals[i]);
  status("SIGKILL", uv_signal_start(&signals[0], on_signal, SIGKILL));
  status("0", uv_signal_start(&signals[0], on_signal, 0));
  status("SIGUSR1", uv_signal_start(&signals[0], on_signal, SIGUSR1));
  status("once", uv_signal_start_oneshot(&signals[1], on_signal, SIGUSR1));
  status("from itself", uv_kill(uv_os_getpid(), SIGUSR1));
  run();
  status("an unknown process", uv_kill(99999999, 0));
}


PROBE(uv_tty_init) {
  uv_tty_t tty;
  int width;
  int fds[2];

  if (pipe(fds) != 0)
    failed("pipe()");
  status("a pipe", uv_tty_init(uv_default_loop(), &tty, fds[0], 0));
  say("width", uv_tty_get_winsize(&tty, &width, &width) != 0);
  status("a file", uv_tty_init(uv_default_loop(), &tty, opened("f", ""), 0));
  status("not open", uv_tty_init(uv_default_loop(), &tty, 1000, 0));
  status("reset", uv_tty_reset_mode());
}


static void on_exit(uv_process_t* handle, int64_t code, int signum) {
  say("its code", code);
  uv_stop(handle->loop);
}


PROBE(uv_spawn) {
  char* args[] = { "/bin/false", NULL };
  uv_process_options_t options;
  uv_process_t process;
  int err;

  memset(&options, 0, sizeof(options));
  options.file = args[0];
  options.args = args;
  options.exit_cb = on_exit;
  err = uv_spawn(uv_default_loop(), &process, &options);
  status("a program", err);
  if (err == 0)
    run();
  options.file = "no-such-program";
  status("absent", uv_spawn(uv_default_loop(), &process, &options));
}


static void thread(void* arg) {
  *(int*) arg = 5;
}


PROBE(uv_thread_create) {
  uv_thread_t id;
  int value;
  int err;

  value = 0;
  err = uv_thread_create(&id, thread, &value);
  status("a thread", err);
  if (err == 0)
    uv_thread_join(&id);
  say("has done", value);
}


static void work(uv_work_t* req) {
  count++;
}


static void after_work(uv_work_t* req, int err) {
  status("done", err);
}


PROBE(uv_queue_work) {
  uv_work_t reqs[2];

  status("queued",
         uv_queue_work(uv_default_loop(), &reqs[0], work, after_work));
  status("without a function",
         uv_queue_work(uv_default_loop(), &reqs[1], NULL, after_work));
  uv_run(uv_default_loop(), UV_RUN_DEFAULT);
  say("worked", count);
}


PROBE(uv_dlopen) {
  uv_lib_t library;
  int err;

  err = uv_dlopen("libm.so.6", &library);
  say("a library", err);
  yes("has no reason", strcmp(uv_dlerror(&library), "no error") == 0);
  say("absent", uv_dlopen("no-such-library.so", &library) == -1);
  yes("has a reason", strcmp(uv_dlerror(&library), "no error") != 0);
  uv_dlclose(&library);
}


static void on_lookup(uv_getaddrinfo_t* req, int err, struct addrinfo* info) {
  char name[64] = "";

  status("answer", err);
  if (err == 0)
    uv_ip_name(info->ai_addr, name, sizeof(name));
  text("is", name);
  uv_freeaddrinfo(info);
}


PROBE(uv_getaddrinfo) {
  struct addrinfo hints;
  uv_getaddrinfo_t req;

  memset(&hints, 0, sizeof(hints));
  hints.ai_family = AF_INET;
  hints.ai_socktype = SOCK_STREAM;
  status("localhost",
         uv_getaddrinfo(uv_default_loop(),
                        &req,
                        on_lookup,
                        "localhost",
                        "http",
                        &hints));
  uv_run(uv_default_loop(), UV_RUN_DEFAULT);
  hints.ai_flags = AI_NUMERICHOST;
  status("not a number",
         uv_getaddrinfo(uv_default_loop(),
                        &req,
                        on_lookup,
                        "localhost",
                        NULL,
                        &hints));
  uv_run(uv_default_loop(), UV_RUN_DEFAULT);
  status("nothing",
         uv_getaddrinfo(uv_default_loop(), &req, on_lookup, NULL, NULL, NULL));
}


static void on_ready(uv_poll_t* handle, int err, int events) {
  status("ready", err);
  yes("readable", events & UV_READABLE);
  yes("writable", events & UV_WRITABLE);
  uv_stop(handle->loop);
}


PROBE(uv_poll_start) {
  uv_poll_t handle;
  uv_poll_t other;
  int fds[2];

  if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds) != 0)
    failed("socketpair()");
  write(fds[1], "a", 1);
  status("a file", uv_poll_init(uv_default_loop(), &other, opened("file", "")));
  status("not open", uv_poll_init(uv_default_loop(), &other, 1000));
  status("a socket pair", uv_poll_init(uv_default_loop(), &handle, fds[0]));
  status("started",
         uv_poll_start(&handle, UV_READABLE | UV_WRITABLE, on_ready));
  run();
}


static void on_alloc(uv_handle_t* handle, size_t size, uv_buf_t* buf) {
  static char bytes[64];

  *buf = uv_buf_init(bytes, sizeof(bytes));
}


static void on_read(uv_stream_t* stream, ssize_t nread, const uv_buf_t* buf) {
  say("read", nread);
  uv_stop(stream->loop);
}


PROBE(uv_pipe_open) {
  uv_pipe_t sender;
  uv_pipe_t receiver;
  uv_tcp_t tcp;
  uv_write_t req;
  uv_buf_t buf;
  int fds[2];

  if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds) != 0)
    failed("socketpair()");
  uv_pipe_init(uv_default_loop(), &sender, 1);
  uv_pipe_init(uv_default_loop(), &receiver, 1);
  uv_tcp_init_ex(uv_default_loop(), &tcp, AF_INET);
  status("one end", uv_pipe_open(&sender, fds[0]));
  status("the other", uv_pipe_open(&receiver, fds[1]));
  buf = uv_buf_init("abc", 3);
  status("a handle",
         uv_write2(&req,
                   (uv_stream_t*) &sender,
                   &buf,
                   1,
                   (uv_stream_t*) &tcp,
                   NULL));
  uv_read_start((uv_stream_t*) &receiver, on_alloc, on_read);
  run();
  say("handles that wait", uv_pipe_pending_count(&receiver));
  text("of type", uv_handle_type_name(uv_pipe_pending_type(&receiver)));
}

/* SPDX-License-Identifier: MIT */

/* Servers that end cleanly on SIGINT, SIGTERM and SIGUSR1: they print the
 * signal and end with 7. The first argument says how they wait. The others wait
 * for signals too, and do something else with them.
 */

#include <uv/pump.h>

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static volatile sig_atomic_t last;
static uv_tcp_t server;
static uv_signal_t watchers[3];


static void note(int signum) {
  last = signum;
}


static void handle_all(int flags) {
  struct sigaction action;

  memset(&action, 0, sizeof(action));
  action.sa_handler = note;
  action.sa_flags = flags;
  sigaction(SIGINT, &action, NULL);
  sigaction(SIGTERM, &action, NULL);
  sigaction(SIGUSR1, &action, NULL);
}


static int say_port(const struct sockaddr_in* addr) {
  printf("port %d\n", ntohs(addr->sin_port));
  return 0;
}


static int finish(const char* how) {
  printf("%s %d\n", how, (int) last);
  return 7;
}


/* With libuv. */

static void on_signal(uv_signal_t* watcher, int signum) {
  unsigned int i;

  last = signum;
  for (i = 0; i < 3; i++)
    uv_close((uv_handle_t*) &watchers[i], NULL);

  uv_close((uv_handle_t*) &server, NULL);
}


static void on_peer(uv_stream_t* stream, int status) {
}


static int on_end(uv_loop_t* loop) {
  int r;

  r = finish("watched");
  return uv_loop_close(loop) ? 1 : r;
}


static int serve_with_libuv(int pumped) {
  static const int signals[] = { SIGINT, SIGTERM, SIGUSR1 };
  struct sockaddr_in addr;
  uv_loop_t* loop;
  int len;
  int i;

  loop = uv_default_loop();
  uv_tcp_init(loop, &server);
  uv_ip4_addr("127.0.0.1", 0, &addr);
  uv_tcp_bind(&server, (struct sockaddr*) &addr, 0);
  if (uv_listen((uv_stream_t*) &server, 8, on_peer))
    return 1;

  for (i = 0; i < 3; i++) {
    uv_signal_init(loop, &watchers[i]);
    uv_signal_start(&watchers[i], on_signal, signals[i]);
  }

  len = sizeof(addr);
  uv_tcp_getsockname(&server, (struct sockaddr*) &addr, &len);
  say_port(&addr);

  if (pumped)
    uvp_run_and_exit(loop, on_end);

  uv_run(loop, UV_RUN_DEFAULT);
  return on_end(loop);
}


/* With sockets alone. */

static int open_server(void) {
  struct sockaddr_in addr;
  socklen_t len;
  int fd;

  memset(&addr, 0, sizeof(addr));
  addr.sin_family = AF_INET;
  addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  fd = socket(AF_INET, SOCK_STREAM, 0);
  if (bind(fd, (struct sockaddr*) &addr, sizeof(addr)) || listen(fd, 8))
    exit(1);

  len = sizeof(addr);
  getsockname(fd, (struct sockaddr*) &addr, &len);
  say_port(&addr);
  return fd;
}


static int serve_blocking(void) {
  int fd;

  handle_all(0);
  fd = open_server();
  while (last == 0)
    if (accept(fd, NULL, NULL) < 0 && errno != EINTR)
      return 1;

  return finish("accepted");
}


static int serve_polling(void) {
  struct pollfd p;

  handle_all(SA_RESTART);
  p.fd = open_server();
  p.events = POLLIN;
  while (last == 0)
    if (poll(&p, 1, -1) < 0 && errno != EINTR)
      return 1;

  return finish("polled");
}


static int serve_printing(void) {
  handle_all(SA_RESTART);
  open_server();
  while (last == 0)
    printf("x\n");

  return finish("printed");
}


static int wait_blocked(void) {
  sigset_t set;
  int signum;

  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGUSR1);
  sigprocmask(SIG_BLOCK, &set, NULL);
  open_server();
  if (sigwait(&set, &signum))
    return 1;

  last = signum;
  return finish("awaited");
}


/* Without an end of their own. */

/* Says that a signal may come, and waits for it. It is blocked until then:
 * otherwise its handler could run before the wait.
 */
static void await(const char* text) {
  sigset_t all;
  sigset_t old;

  sigfillset(&all);
  sigprocmask(SIG_BLOCK, &all, &old);
  printf("%s\n", text);
  sigsuspend(&old);
  sigprocmask(SIG_SETMASK, &old, NULL);
}


static int ignore(void) {
  signal(SIGINT, SIG_IGN);
  signal(SIGUSR1, note);
  await("waiting");
  return finish("ignored SIGINT");
}


static int count(void) {
  handle_all(0);
  await("first");
  printf("got %d\n", (int) last);
  await("second");
  printf("got %d\n", (int) last);
  await("third");
  printf("got %d\n", (int) last);
  return 3;
}


static int reset(void) {
  signal(SIGTERM, note);
  signal(SIGTERM, SIG_DFL);
  printf("waiting\n");
  for (;;)
    pause();
}


static int compute(void) {
  volatile unsigned long n = 0;

  handle_all(0);
  printf("computing\n");
  for (;;)
    n++;
}


static int wait(void) {
  printf("waiting\n");
  for (;;)
    sleep(100);
}


int main(int argc, char** argv) {
  const char* how;

  how = argc > 1 ? argv[1] : "";
  setvbuf(stdout, NULL, _IONBF, 0);

  if (strcmp(how, "pumped") == 0)
    return serve_with_libuv(1);
  if (strcmp(how, "loop") == 0)
    return serve_with_libuv(0);
  if (strcmp(how, "accept") == 0)
    return serve_blocking();
  if (strcmp(how, "poll") == 0)
    return serve_polling();
  if (strcmp(how, "print") == 0)
    return serve_printing();
  if (strcmp(how, "sigwait") == 0)
    return wait_blocked();
  if (strcmp(how, "ignore") == 0)
    return ignore();
  if (strcmp(how, "count") == 0)
    return count();
  if (strcmp(how, "reset") == 0)
    return reset();
  if (strcmp(how, "compute") == 0)
    return compute();
  if (strcmp(how, "wait") == 0)
    return wait();

  return 2;
}

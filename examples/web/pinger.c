/* A client in C, on plain libuv. It connects, sends a line each second, reads
 * what comes, and connects again when the connection is lost.
 *
 *   pinger HOST PORT
 */

#include <uv/pump.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ASK_EVERY 1000
#define AGAIN_AFTER 1000

static struct sockaddr_in address;
static uv_tcp_t socket_;
static uv_timer_t timer;
static uv_connect_t connect_req;
static uv_write_t write_req;
static char line[32];
static unsigned int asked;
static char input[65536];


static void start(uv_timer_t* handle);


static void on_close(uv_handle_t* handle) {
  uv_timer_start(&timer, start, AGAIN_AFTER, 0);
}


static void lose(const char* what, int status) {
  if (uv_is_closing((uv_handle_t*) &socket_))
    return;

  printf("uv_close: %s %s\n", what, uv_err_name(status));
  fflush(stdout);
  uv_timer_stop(&timer);
  uv_close((uv_handle_t*) &socket_, on_close);
}


static void on_alloc(uv_handle_t* handle, size_t size, uv_buf_t* buf) {
  *buf = uv_buf_init(input, sizeof(input));
}


static void on_read(uv_stream_t* stream, ssize_t nread, const uv_buf_t* buf) {
  if (nread < 0)
    lose("read", nread);
}


static void on_write(uv_write_t* req, int status) {
  if (status < 0)
    lose("write", status);
}


static void ask(uv_timer_t* handle) {
  uv_buf_t buf;

  /* The last line still waits. */
  if (uv_stream_get_write_queue_size((uv_stream_t*) &socket_) > 0)
    return;

  buf = uv_buf_init(line, snprintf(line, sizeof(line), "ping %u\n", ++asked));
  printf("uv_write\n");
  fflush(stdout);
  uv_write(&write_req, (uv_stream_t*) &socket_, &buf, 1, on_write);
}


static void on_connect(uv_connect_t* req, int status) {
  if (status < 0) {
    lose("connect", status);
    return;
  }

  uv_read_start((uv_stream_t*) &socket_, on_alloc, on_read);
  uv_timer_start(&timer, ask, 0, ASK_EVERY);
}


static void start(uv_timer_t* handle) {
  printf("uv_tcp_connect\n");
  fflush(stdout);
  uv_tcp_init(handle->loop, &socket_);
  uv_tcp_connect(&connect_req,
                 &socket_,
                 (const struct sockaddr*) &address,
                 on_connect);
}


int main(int argc, char** argv) {
  uv_loop_t* loop;

  if (argc != 3 || uv_ip4_addr(argv[1], atoi(argv[2]), &address) != 0) {
    fprintf(stderr, "usage: pinger HOST PORT\n");
    return 2;
  }

  loop = uv_default_loop();
  uv_timer_init(loop, &timer);
  start(&timer);
  /* Does not return. Its code is 0. */
  uvp_run_and_exit(loop, NULL);
}

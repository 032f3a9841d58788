/* SPDX-License-Identifier: MIT */

/* Handles that libuv's pipes pass (uv_write2), in one loop. */

#include <uv/pump.h>

#include <arpa/inet.h>
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>


#define MOST 4

static uv_pipe_t sender;
static uv_pipe_t receiver;
static uv_tcp_t listener;
static uv_pipe_t end;
static uv_udp_t udp;
static uv_tcp_t client;
static uv_tcp_t server;
static uv_pipe_t accepted[MOST];
static int count;
static uv_tcp_t taken;
static uv_udp_t taken_udp;
static uv_write_t reqs[MOST];
static uv_connect_t connecting;
static char bytes[64];
static int other;


static void on_alloc(uv_handle_t* handle, size_t size, uv_buf_t* buf) {
  *buf = uv_buf_init(bytes, sizeof(bytes));
}


static void on_written(uv_write_t* req, int status) {
  printf("written: %d\n", status);
}


static void close_all(uv_handle_t* handle, void* arg) {
  if (!uv_is_closing(handle))
    uv_close(handle, NULL);
}


static void on_text(uv_stream_t* stream, ssize_t nread, const uv_buf_t* buf) {
  printf("through the passed pipe: %.*s\n", (int) nread, buf->base);
  uv_walk(stream->loop, close_all, NULL);
}


static void on_connected(uv_connect_t* req, int status) {
  assert(status == 0);
}


/* The end of the pair that was passed still belongs to the other. */
static void on_connection(uv_stream_t* stream, int status) {
  printf("a connection to the passed listener: %d\n", status);
  uv_tcp_init(stream->loop, &server);
  printf("uv_accept(): %d\n", uv_accept(stream, (uv_stream_t*) &server));
  assert(write(other, "hello", 5) == 5);
  uv_read_start((uv_stream_t*) &accepted[0], on_alloc, on_text);
}


static void take(uv_pipe_t* pipe) {
  struct sockaddr_storage addr;
  uv_handle_type type;
  int size;
  int r;

  type = uv_pipe_pending_type(pipe);
  printf("%d wait, the first is a %s\n",
         uv_pipe_pending_count(pipe),
         uv_handle_type_name(type));
  if (type == UV_NAMED_PIPE) {
    uv_pipe_init(pipe->loop, &accepted[count], 0);
    r = uv_accept((uv_stream_t*) pipe, (uv_stream_t*) &accepted[count++]);
  } else if (type == UV_UDP) {
    uv_udp_init(pipe->loop, &taken_udp);
    r = uv_accept((uv_stream_t*) pipe, (uv_stream_t*) &taken_udp);
  } else {
    uv_tcp_init(pipe->loop, &taken);
    r = uv_accept((uv_stream_t*) pipe, (uv_stream_t*) &taken);
  }

  printf("uv_accept(): %d\n", r);
  if (type != UV_TCP)
    return;

  size = sizeof(addr);
  uv_tcp_getsockname(&taken, (struct sockaddr*) &addr, &size);
  printf("listens: %d\n", uv_listen((uv_stream_t*) &taken, 4, on_connection));
  uv_tcp_init(pipe->loop, &client);
  uv_tcp_connect(&connecting,
                 &client,
                 (const struct sockaddr*) &addr,
                 on_connected);
}


static void on_read(uv_stream_t* stream, ssize_t nread, const uv_buf_t* buf) {
  printf("%.*s\n", (int) nread, buf->base);
  while (uv_pipe_pending_count((uv_pipe_t*) stream) > 0)
    take((uv_pipe_t*) stream);
}


static void pass(int index, const char* text, void* handle) {
  uv_buf_t buf;
  int r;

  buf = uv_buf_init((char*) text, strlen(text));
  r = uv_write2(&reqs[index],
                (uv_stream_t*) &sender,
                &buf,
                1,
                (uv_stream_t*) handle,
                on_written);
  printf("uv_write2(): %d\n", r);
}


int main(void) {
  struct sockaddr_in addr;
  uv_loop_t* loop;
  uv_buf_t buf;
  int ends[2];
  int fds[2];

  loop = uv_default_loop();
  assert(socketpair(AF_UNIX, SOCK_STREAM, 0, fds) == 0);
  assert(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
  other = ends[1];
  uv_pipe_init(loop, &sender, 1);
  uv_pipe_init(loop, &receiver, 1);
  uv_pipe_open(&sender, fds[0]);
  uv_pipe_open(&receiver, fds[1]);
  uv_pipe_init(loop, &end, 0);
  uv_pipe_open(&end, ends[0]);
  uv_ip4_addr("127.0.0.1", 0, &addr);
  uv_tcp_init(loop, &listener);
  uv_tcp_bind(&listener, (const struct sockaddr*) &addr, 0);
  uv_udp_init(loop, &udp);
  uv_udp_bind(&udp, (const struct sockaddr*) &addr, 0);

  pass(0, "a pipe", &end);
  pass(1, "a socket for messages", &udp);
  pass(2, "a listener", &listener);
  buf = uv_buf_init("x", 1);
  printf("uv_try_write2(): %d\n",
         uv_try_write2((uv_stream_t*) &sender, &buf, 1, (uv_stream_t*) &end));
  uv_close((uv_handle_t*) &end, NULL);
  uv_close((uv_handle_t*) &listener, NULL);
  uv_close((uv_handle_t*) &udp, NULL);
  uv_read_start((uv_stream_t*) &receiver, on_alloc, on_read);
  uvp_run_and_exit(loop, NULL);
}

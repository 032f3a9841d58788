/* The limit: an echo server on native libuv. Prints its port. */

#include <stdio.h>
#include <stdlib.h>

#include "uv/pump.h"

struct message {
  uv_write_t req;
  char* base;
};

/* Past so many bytes that wait, a connection is not read. */
#define HIGH_WATER (1024 * 1024)

static void on_read(uv_stream_t* peer, ssize_t nread, const uv_buf_t* buf);


static void on_close(uv_handle_t* handle) {
  free(handle);
}


static void on_shutdown(uv_shutdown_t* req, int status) {
  uv_close((uv_handle_t*) req->handle, on_close);
  free(req);
}


static void on_alloc(uv_handle_t* handle, size_t size, uv_buf_t* buf) {
  *buf = uv_buf_init(malloc(size), size);
}


static void on_write(uv_write_t* req, int status) {
  struct message* message;
  uv_stream_t* peer;

  message = (struct message*) req;
  peer = req->handle;
  free(message->base);
  free(message);

  if (status == 0 && !uv_is_closing((uv_handle_t*) peer) &&
      uv_stream_get_write_queue_size(peer) == 0) {
    uv_read_start(peer, on_alloc, on_read);
  }
}


static void on_read(uv_stream_t* peer, ssize_t nread, const uv_buf_t* buf) {
  struct message* message;
  uv_shutdown_t* end;
  uv_buf_t out;

  if (nread <= 0) {
    free(buf->base);
    if (nread == UV_EOF) {
      end = malloc(sizeof(*end));
      uv_shutdown(end, peer, on_shutdown);
    } else if (nread < 0) {
      uv_close((uv_handle_t*) peer, on_close);
    }
    return;
  }

  message = malloc(sizeof(*message));
  message->base = buf->base;
  out = uv_buf_init(buf->base, nread);
  uv_write(&message->req, peer, &out, 1, on_write);
  if (uv_stream_get_write_queue_size(peer) > HIGH_WATER)
    uv_read_stop(peer);
}


static void on_connection(uv_stream_t* server, int status) {
  uv_tcp_t* peer;

  peer = malloc(sizeof(*peer));
  uv_tcp_init(server->loop, peer);
  if (uv_accept(server, (uv_stream_t*) peer) != 0) {
    uv_close((uv_handle_t*) peer, on_close);
    return;
  }
  uv_tcp_nodelay(peer, 1);
  uv_read_start((uv_stream_t*) peer, on_alloc, on_read);
}


int main(void) {
  struct sockaddr_storage name;
  struct sockaddr_in address;
  uv_loop_t* loop;
  uv_tcp_t server;
  int length;

  loop = uv_default_loop();
  length = sizeof(name);
  uv_ip4_addr("127.0.0.1", 0, &address);
  uv_tcp_init(loop, &server);
  uv_tcp_bind(&server, (const struct sockaddr*) &address, 0);
  if (uv_listen((uv_stream_t*) &server, 1024, on_connection) != 0)
    return 1;
  uv_tcp_getsockname(&server, (struct sockaddr*) &name, &length);
  printf("%d\n", ntohs(((struct sockaddr_in*) &name)->sin_port));
  fflush(stdout);
  uvp_run_and_exit(loop, NULL);
}

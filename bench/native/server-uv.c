/* SPDX-License-Identifier: MIT */

/* A server on libuv, native (the limit) or as a guest. Prints its port.
 *
 *   server-uv [ROLE]
 *
 * It sends back what comes (`echo`, without a role), or counts it (`sink`) and
 * says at its end how much it was, or sends without end (`source`).
 */

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "uv/pump.h"

struct message {
  uv_write_t req;
  char* base;
};

struct peer {
  uv_tcp_t tcp;
  unsigned long long received;
  uv_write_t req;
};

/* Past so many bytes that wait, a connection is not read. */
#define HIGH_WATER (1024 * 1024)

/* What a source sends, again and again; load.c knows it. */
#define PATTERN_PERIOD 65521
static char pattern[1024 * 1024];

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


static void on_counted(uv_write_t* req, int status) {
  uv_close((uv_handle_t*) req->handle, on_close);
}


static void on_sink_read(uv_stream_t* stream,
                         ssize_t nread,
                         const uv_buf_t* buf) {
  struct peer* peer;
  uv_buf_t out;

  peer = (struct peer*) stream;
  if (nread >= 0) {
    peer->received += nread;
    free(buf->base);
    return;
  }

  if (nread != UV_EOF) {
    free(buf->base);
    uv_close((uv_handle_t*) peer, on_close);
    return;
  }

  out.base = realloc(buf->base, 32);
  out.len = snprintf(out.base, 32, "%llu", peer->received);
  uv_read_stop(stream);
  uv_write(&peer->req, stream, &out, 1, on_counted);
}


static void on_sent(uv_write_t* req, int status) {
  uv_buf_t out;

  if (status != 0) {
    uv_close((uv_handle_t*) req->handle, on_close);
    return;
  }

  out = uv_buf_init(pattern, sizeof(pattern));
  uv_write(req, req->handle, &out, 1, on_sent);
}


static void fill_pattern(void) {
  int i;

  for (i = 0; i < (int) sizeof(pattern); i++)
    pattern[i] = (char) ((i % PATTERN_PERIOD) * 2654435761u >> 13);
}


static void on_connection(uv_stream_t* server, int status) {
  struct peer* peer;
  uv_stream_t* stream;
  const char* role;

  peer = calloc(1, sizeof(*peer));
  stream = (uv_stream_t*) peer;
  uv_tcp_init(server->loop, &peer->tcp);
  if (uv_accept(server, stream) != 0) {
    uv_close((uv_handle_t*) peer, on_close);
    return;
  }

  uv_tcp_nodelay(&peer->tcp, 1);
  role = server->data;
  if (strcmp(role, "source") == 0) {
    peer->req.handle = stream;
    on_sent(&peer->req, 0);
  } else if (strcmp(role, "sink") == 0) {
    uv_read_start(stream, on_alloc, on_sink_read);
  } else {
    uv_read_start(stream, on_alloc, on_read);
  }
}


int main(int argc, char** argv) {
  struct sockaddr_storage name;
  struct sockaddr_in address;
  uv_loop_t* loop;
  uv_tcp_t server;
  int length;

  /* Who goes away while it is sent to must not end a native server. */
  signal(SIGPIPE, SIG_IGN);
  loop = uv_default_loop();
  length = sizeof(name);
  uv_ip4_addr("127.0.0.1", 0, &address);
  uv_tcp_init(loop, &server);
  server.data = argc > 1 ? argv[1] : "echo";
  if (strcmp(server.data, "source") == 0)
    fill_pattern();
  uv_tcp_bind(&server, (const struct sockaddr*) &address, 0);
  if (uv_listen((uv_stream_t*) &server, 1024, on_connection) != 0)
    return 1;
  uv_tcp_getsockname(&server, (struct sockaddr*) &name, &length);
  printf("%d\n", ntohs(((struct sockaddr_in*) &name)->sin_port));
  fflush(stdout);
  uvp_run_and_exit(loop, NULL);
}

/* SPDX-License-Identifier: MIT */

/* An echo server. It prints its address, and serves until it is terminated.
 *
 *   echo [HOST [PORT]]
 */

#include <uv/pump.h>

#include <stdio.h>
#include <stdlib.h>

typedef struct {
  uv_write_t req;
  uv_buf_t buf;
} reply_t;


static int fail(const char* what, int err) {
  fprintf(stderr, "%s: %s\n", what, uv_err_name(err));
  return 1;
}


static void on_close(uv_handle_t* handle) {
  free(handle);
}


static void on_alloc(uv_handle_t* handle, size_t size, uv_buf_t* buf) {
  *buf = uv_buf_init(malloc(size), size);
}


static void on_write(uv_write_t* req, int status) {
  reply_t* reply = (reply_t*) req;

  free(reply->buf.base);
  free(reply);
}


static void on_shutdown(uv_shutdown_t* req, int status) {
  uv_close((uv_handle_t*) req->handle, on_close);
  free(req);
}


static void on_read(uv_stream_t* peer, ssize_t nread, const uv_buf_t* buf) {
  uv_shutdown_t* shutdown_req;
  reply_t* reply;

  if (nread > 0) {
    reply = malloc(sizeof(*reply));
    reply->buf = uv_buf_init(buf->base, nread);
    uv_write(&reply->req, peer, &reply->buf, 1, on_write);
    return;
  }

  free(buf->base);

  if (nread == UV_EOF) {
    shutdown_req = malloc(sizeof(*shutdown_req));
    uv_shutdown(shutdown_req, peer, on_shutdown);
  } else if (nread < 0) {
    fprintf(stderr, "read: %s\n", uv_err_name(nread));
    uv_close((uv_handle_t*) peer, on_close);
  }
}


static void on_connection(uv_stream_t* server, int status) {
  uv_tcp_t* peer;

  peer = malloc(sizeof(*peer));
  uv_tcp_init(server->loop, peer);

  if (uv_accept(server, (uv_stream_t*) peer) == 0)
    uv_read_start((uv_stream_t*) peer, on_alloc, on_read);
  else
    uv_close((uv_handle_t*) peer, on_close);
}


int main(int argc, char** argv) {
  struct sockaddr_storage addr;
  uv_tcp_t server;
  char host[64];
  int len;
  int r;

  if (uv_ip4_addr(argc > 1 ? argv[1] : "127.0.0.1",
                  argc > 2 ? atoi(argv[2]) : 0,
                  (struct sockaddr_in*) &addr))
    uv_ip6_addr(argv[1],
                argc > 2 ? atoi(argv[2]) : 0,
                (struct sockaddr_in6*) &addr);

  uv_tcp_init(uv_default_loop(), &server);

  r = uv_tcp_bind(&server, (struct sockaddr*) &addr, 0);
  if (r != 0)
    return fail("bind", r);

  r = uv_listen((uv_stream_t*) &server, 128, on_connection);
  if (r != 0)
    return fail("listen", r);

  len = sizeof(addr);
  uv_tcp_getsockname(&server, (struct sockaddr*) &addr, &len);
  uv_ip_name((struct sockaddr*) &addr, host, sizeof(host));
  printf("listening on %s port %d\n",
         host,
         ntohs(((struct sockaddr_in*) &addr)->sin_port));
  fflush(stdout);

  uvp_run_and_exit(uv_default_loop(), NULL);
}

/* Requests a page from a web server and prints the response: a TCP client that
 * reads a stream to its end.
 *
 *   uvcc get.c -o get.wasm
 *   libuv-wasm run --allow-connect=127.0.0.1:8080 get.wasm -- 127.0.0.1 8080 /
 */

#include <stdio.h>
#include <string.h>
#include <uv.h>

static char request[512];
static int result;


static void give_up(uv_stream_t* stream, const char* what, int err) {
  fprintf(stderr, "%s: %s\n", what, uv_strerror(err));
  uv_close((uv_handle_t*) stream, NULL);
  result = 1;
}


static void on_alloc(uv_handle_t* handle, size_t suggested, uv_buf_t* buf) {
  static char bytes[16384];

  *buf = uv_buf_init(bytes, sizeof(bytes));
}


static void on_read(uv_stream_t* stream, ssize_t nread, const uv_buf_t* buf) {
  if (nread == UV_EOF)
    uv_close((uv_handle_t*) stream, NULL);
  else if (nread < 0)
    give_up(stream, "read", nread);
  else
    fwrite(buf->base, 1, nread, stdout);
}


static void on_write(uv_write_t* req, int status) {
  if (status != 0)
    give_up(req->handle, "write", status);
}


static void on_connect(uv_connect_t* req, int status) {
  static uv_write_t write;
  uv_buf_t buf;

  if (status != 0) {
    give_up(req->handle, "connect", status);
    return;
  }

  buf = uv_buf_init(request, strlen(request));
  uv_read_start(req->handle, on_alloc, on_read);
  uv_write(&write, req->handle, &buf, 1, on_write);
}


static void on_resolved(uv_getaddrinfo_t* req,
                        int status,
                        struct addrinfo* found) {
  static uv_connect_t connect;
  static uv_tcp_t tcp;
  int err;

  if (status != 0) {
    fprintf(stderr, "resolve: %s\n", uv_strerror(status));
    result = 1;
    return;
  }

  uv_tcp_init(req->loop, &tcp);
  err = uv_tcp_connect(&connect, &tcp, found->ai_addr, on_connect);
  if (err != 0)
    give_up((uv_stream_t*) &tcp, "connect", err);

  uv_freeaddrinfo(found);
}


int main(int argc, char** argv) {
  uv_getaddrinfo_t resolve;
  uv_loop_t* loop;
  int err;

  if (argc != 4) {
    fprintf(stderr, "usage: get HOST PORT PATH\n");
    return 2;
  }

  snprintf(request,
           sizeof(request),
           "GET %s HTTP/1.0\r\nHost: %s\r\n\r\n",
           argv[3],
           argv[1]);

  loop = uv_default_loop();
  err = uv_getaddrinfo(loop, &resolve, on_resolved, argv[1], argv[2], NULL);
  if (err != 0) {
    fprintf(stderr, "resolve: %s\n", uv_strerror(err));
    return 1;
  }

  uv_run(loop, UV_RUN_DEFAULT);
  return result;
}

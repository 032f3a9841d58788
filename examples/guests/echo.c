/* A TCP echo server for any number of clients.
 *
 *   uvcc -O2 echo.c -o echo.wasm
 *   libuv-wasm run --allow-listen=127.0.0.1:0 echo.wasm
 */

#include <stdio.h>
#include <stdlib.h>
#include <uv.h>

#define CHECK(call)                                                           \
  do {                                                                        \
    int err = (call);                                                         \
    if (err != 0) {                                                           \
      fprintf(stderr, "%s: %s\n", #call, uv_strerror(err));                   \
      exit(1);                                                                \
    }                                                                         \
  } while (0)

/* A write, and its bytes, which must stay valid until it has completed. */
struct reply {
  uv_write_t req;
  uv_buf_t buf;
};


static void on_close(uv_handle_t* client) {
  free(client);
}


static void on_alloc(uv_handle_t* client, size_t suggested, uv_buf_t* buf) {
  buf->base = malloc(suggested);
  buf->len = buf->base == NULL ? 0 : suggested;
}


static void on_write(uv_write_t* req, int status) {
  struct reply* reply;

  reply = (struct reply*) req;
  free(reply->buf.base);
  free(reply);
}


static void on_read(uv_stream_t* client, ssize_t nread, const uv_buf_t* buf) {
  struct reply* reply;

  if (nread > 0 && (reply = malloc(sizeof(*reply))) != NULL) {
    reply->buf = uv_buf_init(buf->base, nread);
    uv_write(&reply->req, client, &reply->buf, 1, on_write);
    return;
  }

  free(buf->base);

  if (nread < 0)
    uv_close((uv_handle_t*) client, on_close);
}


static void on_connection(uv_stream_t* server, int status) {
  uv_tcp_t* client;

  if (status < 0 || (client = malloc(sizeof(*client))) == NULL)
    return;

  uv_tcp_init(server->loop, client);

  if (uv_accept(server, (uv_stream_t*) client) == 0)
    uv_read_start((uv_stream_t*) client, on_alloc, on_read);
  else
    uv_close((uv_handle_t*) client, on_close);
}


int main(int argc, char** argv) {
  struct sockaddr_in addr;
  uv_tcp_t server;
  uv_loop_t* loop;
  int len;

  loop = uv_default_loop();
  len = sizeof(addr);

  CHECK(uv_ip4_addr("127.0.0.1", argc > 1 ? atoi(argv[1]) : 0, &addr));
  CHECK(uv_tcp_init(loop, &server));
  CHECK(uv_tcp_bind(&server, (struct sockaddr*) &addr, 0));
  CHECK(uv_listen((uv_stream_t*) &server, 128, on_connection));
  CHECK(uv_tcp_getsockname(&server, (struct sockaddr*) &addr, &len));

  printf("listening on 127.0.0.1:%d\n", ntohs(addr.sin_port));
  fflush(stdout);

  return uv_run(loop, UV_RUN_DEFAULT);
}

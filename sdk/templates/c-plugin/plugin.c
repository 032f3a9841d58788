/* A server that greets: it sends back each line that it receives, in capitals. */

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <uv.h>

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
  ssize_t i;

  if (nread > 0 && (reply = malloc(sizeof(*reply))) != NULL) {
    for (i = 0; i < nread; i++)
      buf->base[i] = toupper((unsigned char) buf->base[i]);

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
  int port;
  int err;

  loop = uv_default_loop();
  port = argc > 1 ? atoi(argv[1]) : 7000;
  err = uv_ip4_addr("127.0.0.1", port, &addr);

  if (err == 0)
    err = uv_tcp_init(loop, &server);

  if (err == 0)
    err = uv_tcp_bind(&server, (struct sockaddr*) &addr, 0);

  if (err == 0)
    err = uv_listen((uv_stream_t*) &server, 128, on_connection);

  if (err != 0) {
    fprintf(stderr, "plugin: %s\n", uv_strerror(err));
    return 1;
  }

  printf("listening on 127.0.0.1:%d\n", port);
  fflush(stdout);

  return uv_run(loop, UV_RUN_DEFAULT);
}

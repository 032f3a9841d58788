/* SPDX-License-Identifier: MIT */

/* A client: sends BYTES bytes, reads until the peer ends, and prints how many
 * bytes it received.
 *
 *   talk HOST PORT [BYTES [nodelay | keepalive | from PORT | exit]]
 */

#include <uv.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uv_tcp_t client;
static uv_buf_t message;
static const char* wish = "";
static const char* wish_port = "0";
static size_t received;
static size_t wrong;


static void check(const char* what, int err) {
  if (err == 0)
    return;

  printf("%s: %s\n", what, uv_err_name(err));
  exit(1);
}


static void fill(void) {
  size_t i;

  for (i = 0; i < message.len; i++)
    message.base[i] = i % 251;
}


static void on_alloc(uv_handle_t* handle, size_t size, uv_buf_t* buf) {
  *buf = uv_buf_init(malloc(size), size);
}


static void on_read(uv_stream_t* stream, ssize_t nread, const uv_buf_t* buf) {
  ssize_t i;

  for (i = 0; i < nread; i++)
    if ((unsigned char) buf->base[i] != (received + i) % 251)
      wrong++;

  free(buf->base);

  if (nread > 0)
    received += nread;

  if (nread == UV_EOF)
    uv_close((uv_handle_t*) stream, NULL);
  else if (nread < 0)
    check("read", nread);
}


static void on_shutdown(uv_shutdown_t* req, int status) {
  check("shutdown", status);
}


static void on_write(uv_write_t* req, int status) {
  static uv_shutdown_t shutdown_req;

  check("write", status);

  if (strcmp(wish, "exit") == 0)
    exit(0);

  check("shutdown", uv_shutdown(&shutdown_req, req->handle, on_shutdown));
}


static void on_connect(uv_connect_t* req, int status) {
  static uv_write_t write_req;

  check("connect", status);

  if (strcmp(wish, "nodelay") == 0)
    check("nodelay", uv_tcp_nodelay(&client, 1));

  if (strcmp(wish, "keepalive") == 0)
    check("keepalive", uv_tcp_keepalive(&client, 1, 60));

  check("read", uv_read_start(req->handle, on_alloc, on_read));
  check("write", uv_write(&write_req, req->handle, &message, 1, on_write));
}


int main(int argc, char** argv) {
  struct sockaddr_in any;
  struct sockaddr_in addr;
  uv_connect_t req;
  size_t size;

  size = argc > 3 ? atoi(argv[3]) : 1;
  message = uv_buf_init(malloc(size), size);
  fill();

  if (argc > 4)
    wish = argv[4];

  if (argc > 5)
    wish_port = argv[5];

  uv_tcp_init(uv_default_loop(), &client);

  if (strcmp(wish, "from") == 0) {
    uv_ip4_addr("127.0.0.1", atoi(wish_port), &any);
    check("bind", uv_tcp_bind(&client, (struct sockaddr*) &any, 0));
  }

  check("address", uv_ip4_addr(argv[1], atoi(argv[2]), &addr));
  check("connect",
        uv_tcp_connect(&req, &client, (struct sockaddr*) &addr, on_connect));
  uv_run(uv_default_loop(), UV_RUN_DEFAULT);

  printf("received %d, wrong %d\n", (int) received, (int) wrong);
  return 0;
}

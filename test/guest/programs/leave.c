/* SPDX-License-Identifier: MIT */

/* Reads only the first bytes of its first peer. When a second peer connects, it
 * ends as its argument says: by exit(), or by a trap.
 */

#include <uv.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uv_tcp_t server;
static uv_tcp_t peers[2];
static int accepted;
static const char* how = "exit";


static void on_alloc(uv_handle_t* handle, size_t size, uv_buf_t* buf) {
  static char bytes[16];

  *buf = uv_buf_init(bytes, sizeof(bytes));
}


static void on_read(uv_stream_t* peer, ssize_t nread, const uv_buf_t* buf) {
  uv_read_stop(peer);
  printf("read\n");
  fflush(stdout);
}


static void on_connection(uv_stream_t* stream, int status) {
  if (accepted == 1) {
    if (strcmp(how, "trap") == 0)
      __builtin_trap();

    exit(0);
  }

  uv_tcp_init(stream->loop, &peers[accepted]);
  uv_accept(stream, (uv_stream_t*) &peers[accepted]);
  uv_read_start((uv_stream_t*) &peers[accepted], on_alloc, on_read);
  accepted++;
}


int main(int argc, char** argv) {
  struct sockaddr_in addr;
  int len;

  if (argc > 1)
    how = argv[1];

  len = sizeof(addr);
  uv_ip4_addr("127.0.0.1", 0, &addr);
  uv_tcp_init(uv_default_loop(), &server);
  uv_tcp_bind(&server, (struct sockaddr*) &addr, 0);
  uv_listen((uv_stream_t*) &server, 128, on_connection);
  uv_tcp_getsockname(&server, (struct sockaddr*) &addr, &len);
  printf("port %d\n", ntohs(addr.sin_port));
  fflush(stdout);

  return uv_run(uv_default_loop(), UV_RUN_DEFAULT);
}

/* SPDX-License-Identifier: MIT */

/* Writes BYTES bytes, and exits in the callback of the write.
 *
 *   depart HOST PORT BYTES
 */

#include <uv/pump.h>

#include <stdio.h>
#include <stdlib.h>

static uv_tcp_t client;
static uv_connect_t connect_req;
static uv_buf_t message;


static void check(const char* what, int err) {
  if (err == 0)
    return;

  fprintf(stderr, "%s: %s\n", what, uv_err_name(err));
  exit(1);
}


static void on_write(uv_write_t* req, int status) {
  check("write", status);
  exit(0);
}


static void on_connect(uv_connect_t* req, int status) {
  static uv_write_t write_req;

  check("connect", status);
  check("write", uv_write(&write_req, req->handle, &message, 1, on_write));
}


static int on_end(uv_loop_t* loop) {
  return 2;
}


int main(int argc, char** argv) {
  struct sockaddr_in addr;
  int len;

  if (argc != 4)
    return 3;

  len = atoi(argv[3]);
  message = uv_buf_init(calloc(len, 1), len);
  check("address", uv_ip4_addr(argv[1], atoi(argv[2]), &addr));
  check("init", uv_tcp_init(uv_default_loop(), &client));
  check("connect",
        uv_tcp_connect(&connect_req,
                       &client,
                       (struct sockaddr*) &addr,
                       on_connect));
  uvp_run_and_exit(uv_default_loop(), on_end);
}

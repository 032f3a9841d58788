/* SPDX-License-Identifier: MIT */

/* A client for an echo server: ROLE PORT SECONDS. `dial` connects, sends a byte,
 * gets it back and resets, 20 at a time; `ping` sends 64 bytes to and fro on 50
 * connections.
 */

#include <stdlib.h>
#include <string.h>

#include "report.h"
#include "uv/pump.h"

struct client {
  uv_tcp_t tcp;
  uv_connect_t connect_req;
  uv_write_t write_req;
  size_t come;
};

static struct sockaddr_in server;
static double began;
static double deadline;
static double operations;
static int dials;
static int open_clients;
static char bytes[64];
static uv_buf_t message;
static uv_timer_t stay;

static void dial(struct client* client);


static void check(const char* what, int err) {
  if (err >= 0)
    return;

  fprintf(stderr, "%s: %s\n", what, uv_strerror(err));
  exit(1);
}


static void nothing(uv_timer_t* timer) {
}


static void on_close(uv_handle_t* handle) {
  if (dials) {
    operations++;
    if (seconds_of_now() < deadline) {
      dial((struct client*) handle);
      return;
    }
  }

  if (--open_clients > 0)
    return;

  report(operations, began);
  uv_timer_init(handle->loop, &stay);
  uv_timer_start(&stay, nothing, 1000000, 0);
}


static void on_alloc(uv_handle_t* handle, size_t size, uv_buf_t* buf) {
  static char space[65536];

  *buf = uv_buf_init(space, sizeof(space));
}


static void on_write(uv_write_t* req, int status) {
  check("write", status);
}


static void say(struct client* client) {
  uv_stream_t* stream;

  stream = (uv_stream_t*) &client->tcp;
  check("write", uv_write(&client->write_req, stream, &message, 1, on_write));
}


static void on_read(uv_stream_t* stream, ssize_t nread, const uv_buf_t* buf) {
  struct client* client;

  client = (struct client*) stream;
  check("read", nread);
  client->come += nread;
  if (client->come < message.len)
    return;

  if (dials) {
    check("reset", uv_tcp_close_reset(&client->tcp, on_close));
    return;
  }

  client->come = 0;
  operations++;
  if (seconds_of_now() < deadline)
    say(client);
  else
    uv_close((uv_handle_t*) client, on_close);
}


static void on_connect(uv_connect_t* req, int status) {
  check("connect", status);
  say((struct client*) req->handle);
  uv_read_start(req->handle, on_alloc, on_read);
}


static void dial(struct client* client) {
  client->come = 0;
  uv_tcp_init(uv_default_loop(), &client->tcp);
  uv_tcp_nodelay(&client->tcp, 1);
  check("connect",
        uv_tcp_connect(&client->connect_req,
                       &client->tcp,
                       (struct sockaddr*) &server,
                       on_connect));
}


int main(int argc, char** argv) {
  struct client* clients;
  int i;

  dials = strcmp(argv[1], "dial") == 0;
  open_clients = dials ? 20 : 50;
  message = uv_buf_init(bytes, dials ? 1 : sizeof(bytes));
  uv_ip4_addr("127.0.0.1", atoi(argv[2]), &server);
  clients = calloc(open_clients, sizeof(*clients));
  began = report_ready();
  deadline = began + atof(argv[3]);

  for (i = open_clients - 1; i >= 0; i--)
    dial(&clients[i]);

  uvp_run_and_exit(uv_default_loop(), NULL);
}

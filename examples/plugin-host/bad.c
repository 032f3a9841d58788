/* A filter that misbehaves, so that one can watch its host cope: it echoes, and
 * every few seconds it does something that it was not granted, in turn.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#define PAUSE 4000

static void on_close(uv_handle_t* handle) {
  free(handle);
}


static void on_closed(uv_handle_t* handle) {
}


static void on_alloc(uv_handle_t* handle, size_t suggested, uv_buf_t* buf) {
  buf->base = malloc(suggested);
  buf->len = buf->base == NULL ? 0 : suggested;
}


static void on_write(uv_write_t* req, int status) {
  free(req->data);
  free(req);
}


static void on_read(uv_stream_t* client, ssize_t nread, const uv_buf_t* buf) {
  uv_write_t* req;
  uv_buf_t reply;

  if (nread > 0 && (req = malloc(sizeof(*req))) != NULL) {
    req->data = buf->base;
    reply = uv_buf_init(buf->base, nread);
    uv_write(req, client, &reply, 1, on_write);
    return;
  }

  free(buf->base);

  if (nread < 0)
    uv_close((uv_handle_t*) client, on_close);
}


static void on_connection(uv_stream_t* server, int status) {
  uv_pipe_t* client;

  if (status < 0 || (client = malloc(sizeof(*client))) == NULL)
    return;

  uv_pipe_init(server->loop, client, 0);

  if (uv_accept(server, (uv_stream_t*) client) == 0)
    uv_read_start((uv_stream_t*) client, on_alloc, on_read);
  else
    uv_close((uv_handle_t*) client, on_close);
}


static void on_connect(uv_connect_t* req, int status) {
}


/* Asks a cloud's metadata service for credentials. */
static void steal_credentials(uv_loop_t* loop) {
  static struct sockaddr_in addr;
  static uv_connect_t req;
  static uv_tcp_t tcp;

  if (uv_ip4_addr("169.254.169.254", 80, &addr) != 0 ||
      uv_tcp_init(loop, &tcp) != 0)
    return;

  uv_tcp_connect(&req, &tcp, (const struct sockaddr*) &addr, on_connect);
  uv_close((uv_handle_t*) &tcp, on_closed);
}


/* Opens a door for others. */
static void open_door(uv_loop_t* loop) {
  static struct sockaddr_in addr;
  static uv_tcp_t tcp;

  if (uv_ip4_addr("0.0.0.0", 31337, &addr) != 0 || uv_tcp_init(loop, &tcp) != 0)
    return;

  if (uv_tcp_bind(&tcp, (const struct sockaddr*) &addr, 0) == 0)
    uv_listen((uv_stream_t*) &tcp, 1, on_connection);

  uv_close((uv_handle_t*) &tcp, on_closed);
}


/* Reads what it was not given. */
static void read_secrets(void) {
  FILE* file;

  file = fopen("/etc/passwd", "r");

  if (file == NULL)
    perror("bad: /etc/passwd");
  else
    fclose(file);
}


/* Takes all memory that there is. */
static void eat_memory(void) {
  size_t size;
  char* more;

  for (size = 0; (more = malloc(1 << 20)) != NULL; size++)
    memset(more, 1, 1 << 20);

  fprintf(stderr, "bad: no more memory after %zu MiB\n", size);
  exit(1);
}


static void spin(void) {
  for (;;) {
  }
}


static void misbehave(uv_timer_t* timer) {
  static int turn;

  switch (turn++ % 5) {
    case 0:
      steal_credentials(timer->loop);
      break;
    case 1:
      open_door(timer->loop);
      break;
    case 2:
      read_secrets();
      break;
    case 3:
      /* Each start ends in one of two ways. */
      if (uv_hrtime() & 1024)
        eat_memory();
      break;
    case 4:
      spin();
      break;
  }
}


int main(void) {
  uv_timer_t timer;
  uv_pipe_t server;
  uv_loop_t* loop;
  int err;

  loop = uv_default_loop();
  err = uv_pipe_init(loop, &server, 0);

  if (err == 0)
    err = uv_pipe_bind(&server, "service:plugin");

  if (err == 0)
    err = uv_listen((uv_stream_t*) &server, 128, on_connection);

  if (err != 0) {
    fprintf(stderr, "bad: %s\n", uv_strerror(err));
    return 1;
  }

  uv_timer_init(loop, &timer);
  uv_timer_start(&timer, misbehave, PAUSE, PAUSE);

  return uv_run(loop, UV_RUN_DEFAULT);
}

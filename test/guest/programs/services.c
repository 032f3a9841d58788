/* SPDX-License-Identifier: MIT */

/* Speaks over services, which have paths of sockets as names.
 *
 *   services echo PATH          listens, and sends back what it gets; a line
 *                               "end" ends the program
 *   services send PATH BYTES    connects, sends, reads the echo, compares it
 *   services take PATH          connects, and reads without an end
 *   services deaf PATH          listens, accepts, and never reads
 *   services posix PATH         connects by socket() and connect()
 */

#include <uv.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static uv_pipe_t server;
static uv_pipe_t client;
static uv_connect_t connect_req;
static const char* mode;
static size_t wanted;
static size_t sent;
static size_t received;
static char block[65536];


static void check(const char* what, int err) {
  if (err == 0)
    return;

  printf("%s: %s\n", what, uv_err_name(err));
  exit(1);
}


static void on_alloc(uv_handle_t* handle, size_t size, uv_buf_t* buf) {
  *buf = uv_buf_init(malloc(size), size);
}


static void on_close(uv_handle_t* handle) {
  free(handle);
}


static void on_echoed(uv_write_t* req, int status) {
  free(req->data);
  free(req);
}


static void on_ended(uv_shutdown_t* req, int status) {
  uv_close((uv_handle_t*) req->handle, on_close);
  free(req);
}


static void on_request(uv_stream_t* stream,
                       ssize_t nread,
                       const uv_buf_t* buf) {
  uv_write_t* req;
  uv_buf_t echo;

  if (nread <= 0) {
    free(buf->base);
    if (nread == UV_EOF)
      check("shutdown",
            uv_shutdown(malloc(sizeof(uv_shutdown_t)), stream, on_ended));
    else if (nread < 0)
      uv_close((uv_handle_t*) stream, on_close);
    return;
  }

  if (nread == 4 && memcmp(buf->base, "end\n", 4) == 0)
    exit(0);

  req = malloc(sizeof(*req));
  req->data = buf->base;
  echo = uv_buf_init(buf->base, nread);
  check("write", uv_write(req, stream, &echo, 1, on_echoed));
}


static void on_connection(uv_stream_t* listener, int status) {
  uv_pipe_t* peer;

  check("listen", status);
  peer = malloc(sizeof(*peer));
  check("init", uv_pipe_init(uv_default_loop(), peer, 0));
  check("accept", uv_accept(listener, (uv_stream_t*) peer));

  if (strcmp(mode, "echo") == 0)
    check("read", uv_read_start((uv_stream_t*) peer, on_alloc, on_request));
}


static void on_reply(uv_stream_t* stream, ssize_t nread, const uv_buf_t* buf) {
  ssize_t i;

  for (i = 0; i < nread; i++)
    if ((unsigned char) buf->base[i] != (received + i) % 251) {
      printf("wrong byte at %zu\n", received + i);
      exit(1);
    }

  free(buf->base);

  if (nread > 0)
    received += nread;

  if (nread < 0) {
    printf("received %zu, then %s\n", received, uv_err_name(nread));
    uv_close((uv_handle_t*) stream, NULL);
  }
}


static void on_shutdown(uv_shutdown_t* req, int status) {
  check("shutdown", status);
}


static void send_on(void);


static void on_sent(uv_write_t* req, int status) {
  check("write", status);
  send_on();
}


static void send_on(void) {
  static uv_shutdown_t shutdown_req;
  static uv_write_t write_req;
  uv_buf_t buf;
  size_t i;

  if (sent == wanted) {
    check("shutdown",
          uv_shutdown(&shutdown_req, (uv_stream_t*) &client, on_shutdown));
    return;
  }

  buf = uv_buf_init(block, sizeof(block));
  if (buf.len > wanted - sent)
    buf.len = wanted - sent;

  for (i = 0; i < buf.len; i++)
    block[i] = (sent + i) % 251;

  sent += buf.len;
  check("write",
        uv_write(&write_req, (uv_stream_t*) &client, &buf, 1, on_sent));
}


static void on_connect(uv_connect_t* req, int status) {
  char name[108];
  size_t size;

  check("connect", status);
  size = sizeof(name);
  check("getpeername", uv_pipe_getpeername(&client, name, &size));
  printf("connected to %.*s\n", (int) size, name);
  check("read", uv_read_start((uv_stream_t*) &client, on_alloc, on_reply));

  if (strcmp(mode, "send") == 0)
    send_on();
}


static int run_posix(const char* path) {
  struct sockaddr_un addr;
  int fd;

  memset(&addr, 0, sizeof(addr));
  addr.sun_family = AF_UNIX;
  strcpy(addr.sun_path, path);
  fd = socket(AF_UNIX, SOCK_STREAM, 0);

  if (connect(fd, (struct sockaddr*) &addr, sizeof(addr)) != 0)
    check("connect", -errno);

  if (write(fd, "posix", 5) != 5)
    check("write", -errno);

  printf("read %zd\n", read(fd, block, sizeof(block)));
  printf("unlink: %s\n", unlink(path) == 0 ? "0" : uv_err_name(-errno));
  return close(fd);
}


int main(int argc, char** argv) {
  mode = argv[1];
  setvbuf(stdout, NULL, _IOLBF, 0);

  if (strcmp(mode, "posix") == 0)
    return run_posix(argv[2]);

  if (strcmp(mode, "echo") == 0 || strcmp(mode, "deaf") == 0) {
    check("init", uv_pipe_init(uv_default_loop(), &server, 0));
    check("bind", uv_pipe_bind(&server, argv[2]));
    check("listen", uv_listen((uv_stream_t*) &server, 16, on_connection));
    printf("listening\n");
  } else {
    wanted = argc > 3 ? strtoul(argv[3], NULL, 10) : 0;
    check("init", uv_pipe_init(uv_default_loop(), &client, 0));
    uv_pipe_connect(&connect_req, &client, argv[2], on_connect);
  }

  return uv_run(uv_default_loop(), UV_RUN_DEFAULT);
}

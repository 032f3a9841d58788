/* A line-oriented proxy that hides card numbers: it forwards what a client
 * sends, line by line, with an asterisk for each digit of a number that has 13
 * to 19 of them. What the upstream answers passes unchanged.
 *
 *   uvcc -O2 proxy.c -o proxy.wasm
 *   libuv-wasm run --allow-listen=127.0.0.1:0 --allow-connect=127.0.0.1:7000 \
 *     proxy.wasm -- 0 127.0.0.1:7000
 *
 * It listens on a port of 127.0.0.1, or at the path of a Unix socket, which in
 * a plugin may be a service, as in service:plugin.
 */

#include <ctype.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

/* The longest line that is searched as a whole; longer ones are cut. */
#define LINE_MAX_BYTES 4096

/* While more than this waits to be written, its source is not read. */
#define HIGH_WATER (256 * 1024)

#define CARD_MIN 13
#define CARD_MAX 19

/* One direction of a connection. */
struct direction {
  uv_stream_t* from;
  uv_stream_t* to;
  struct session* session;
  int is_filtered;
  int has_ended;
  char line[LINE_MAX_BYTES];
  size_t length;
};

/* A stream of either kind. */
union stream {
  uv_handle_t handle;
  uv_stream_t stream;
  uv_tcp_t tcp;
  uv_pipe_t pipe;
};

/* A client and its connection to the upstream. */
struct session {
  union stream client;
  uv_tcp_t upstream;
  uv_connect_t connect;
  struct direction forth;
  struct direction back;
  int open_handles;
};

/* A write, and its bytes, which must stay valid until it has completed. */
struct output {
  uv_write_t req;
  struct direction* direction;
  char bytes[];
};

static struct sockaddr_in upstream_addr;
static union stream server;

static void start_reading(struct direction* direction);


static void on_close(uv_handle_t* handle) {
  struct session* session;

  session = handle->data;

  if (--session->open_handles == 0)
    free(session);
}


static void end_session(struct session* session) {
  if (!uv_is_closing(&session->client.handle))
    uv_close(&session->client.handle, on_close);

  if (!uv_is_closing((uv_handle_t*) &session->upstream))
    uv_close((uv_handle_t*) &session->upstream, on_close);
}


static void on_write(uv_write_t* req, int status) {
  struct direction* direction;
  struct output* output;

  output = (struct output*) req;
  direction = output->direction;
  free(output);

  if (status < 0)
    end_session(direction->session);
  else if (!direction->has_ended &&
           uv_stream_get_write_queue_size(direction->to) < HIGH_WATER)
    start_reading(direction);
}


static void forward(struct direction* direction, const char* bytes, size_t n) {
  struct output* output;
  uv_buf_t buf;

  if (n == 0 || uv_is_closing((uv_handle_t*) direction->to))
    return;

  output = malloc(sizeof(*output) + n);

  if (output == NULL) {
    end_session(direction->session);
    return;
  }

  output->direction = direction;
  memcpy(output->bytes, bytes, n);
  buf = uv_buf_init(output->bytes, n);

  if (uv_write(&output->req, direction->to, &buf, 1, on_write) != 0) {
    free(output);
    end_session(direction->session);
    return;
  }

  if (uv_stream_get_write_queue_size(direction->to) >= HIGH_WATER)
    uv_read_stop(direction->from);
}


/* Replaces the digits of card numbers. Spaces and hyphens may separate them. */
static void redact(char* line, size_t n) {
  size_t digits;
  size_t start;
  size_t end;
  size_t i;

  for (start = 0; start < n; start = end + 1) {
    digits = 0;

    for (end = start; end < n; end++) {
      if (isdigit((unsigned char) line[end]))
        digits++;
      else if (digits == 0 || (line[end] != ' ' && line[end] != '-'))
        break;
    }

    if (digits < CARD_MIN || digits > CARD_MAX)
      continue;

    for (i = start; i < end; i++)
      if (isdigit((unsigned char) line[i]))
        line[i] = '*';
  }
}


static void flush_line(struct direction* direction) {
  redact(direction->line, direction->length);
  forward(direction, direction->line, direction->length);
  direction->length = 0;
}


static void filter(struct direction* direction, const char* bytes, size_t n) {
  size_t i;

  for (i = 0; i < n; i++) {
    direction->line[direction->length++] = bytes[i];

    if (bytes[i] == '\n' || direction->length == LINE_MAX_BYTES)
      flush_line(direction);
  }
}


static void on_shutdown(uv_shutdown_t* req, int status) {
  struct session* session;

  session = req->data;
  free(req);

  if (status < 0 || (session->forth.has_ended && session->back.has_ended))
    end_session(session);
}


static void end_direction(struct direction* direction) {
  uv_shutdown_t* req;

  if (direction->is_filtered)
    flush_line(direction);

  direction->has_ended = 1;
  uv_read_stop(direction->from);
  req = malloc(sizeof(*req));

  if (req != NULL) {
    req->data = direction->session;

    if (uv_shutdown(req, direction->to, on_shutdown) == 0)
      return;
  }

  free(req);
  end_session(direction->session);
}


static void on_alloc(uv_handle_t* handle, size_t suggested, uv_buf_t* buf) {
  buf->base = malloc(suggested);
  buf->len = buf->base == NULL ? 0 : suggested;
}


static void on_read(struct direction* direction,
                    ssize_t nread,
                    const uv_buf_t* buf) {
  if (nread > 0 && direction->is_filtered)
    filter(direction, buf->base, nread);
  else if (nread > 0)
    forward(direction, buf->base, nread);

  free(buf->base);

  if (nread == UV_EOF)
    end_direction(direction);
  else if (nread < 0)
    end_session(direction->session);
}


static void on_read_client(uv_stream_t* stream,
                           ssize_t nread,
                           const uv_buf_t* buf) {
  on_read(&((struct session*) stream->data)->forth, nread, buf);
}


static void on_read_upstream(uv_stream_t* stream,
                             ssize_t nread,
                             const uv_buf_t* buf) {
  on_read(&((struct session*) stream->data)->back, nread, buf);
}


static void start_reading(struct direction* direction) {
  if (!uv_is_closing((uv_handle_t*) direction->from))
    uv_read_start(direction->from,
                  on_alloc,
                  direction->is_filtered ? on_read_client : on_read_upstream);
}


static void on_connect(uv_connect_t* req, int status) {
  struct session* session;

  session = req->data;

  if (status == UV_ECANCELED)
    return;

  if (status < 0) {
    fprintf(stderr,
            "cannot connect to the upstream: %s\n",
            uv_strerror(status));
    end_session(session);
    return;
  }

  start_reading(&session->forth);
  start_reading(&session->back);
}


static void init_direction(struct direction* direction,
                           struct session* session,
                           uv_stream_t* from,
                           uv_stream_t* to) {
  direction->session = session;
  direction->from = from;
  direction->to = to;
  from->data = session;
}


static void on_connection(uv_stream_t* server, int status) {
  struct session* session;

  if (status < 0 || (session = calloc(1, sizeof(*session))) == NULL)
    return;

  if (server->type == UV_TCP)
    uv_tcp_init(server->loop, &session->client.tcp);
  else
    uv_pipe_init(server->loop, &session->client.pipe, 0);

  uv_tcp_init(server->loop, &session->upstream);
  session->open_handles = 2;
  init_direction(&session->forth,
                 session,
                 &session->client.stream,
                 (uv_stream_t*) &session->upstream);
  init_direction(&session->back,
                 session,
                 (uv_stream_t*) &session->upstream,
                 &session->client.stream);
  session->forth.is_filtered = 1;
  session->connect.data = session;

  if (uv_accept(server, &session->client.stream) != 0 ||
      uv_tcp_connect(&session->connect,
                     &session->upstream,
                     (const struct sockaddr*) &upstream_addr,
                     on_connect) != 0)
    end_session(session);
}


/* Takes no more clients, and ends when the present ones have ended. */
static void on_signal(uv_signal_t* handle, int signum) {
  uv_close((uv_handle_t*) handle, NULL);
  uv_close(&server.handle, NULL);
}


static int read_upstream(const char* text) {
  const char* colon;
  char host[64];

  colon = strchr(text, ':');

  if (colon == NULL || colon - text >= (ptrdiff_t) sizeof(host))
    return UV_EINVAL;

  memcpy(host, text, colon - text);
  host[colon - text] = '\0';
  return uv_ip4_addr(host, atoi(colon + 1), &upstream_addr);
}


static int listen_at(uv_loop_t* loop, const char* place) {
  struct sockaddr_in addr;
  int is_port;
  int err;
  int len;

  is_port = place[strspn(place, "0123456789")] == '\0';

  if (is_port) {
    err = uv_ip4_addr("127.0.0.1", atoi(place), &addr);

    if (err == 0)
      err = uv_tcp_init(loop, &server.tcp);

    if (err == 0)
      err = uv_tcp_bind(&server.tcp, (const struct sockaddr*) &addr, 0);
  } else {
    err = uv_pipe_init(loop, &server.pipe, 0);

    if (err == 0)
      err = uv_pipe_bind(&server.pipe, place);
  }

  if (err == 0)
    err = uv_listen(&server.stream, 128, on_connection);

  len = sizeof(addr);

  if (err == 0 && is_port)
    err = uv_tcp_getsockname(&server.tcp, (struct sockaddr*) &addr, &len);

  if (err == 0 && is_port) {
    printf("listening on 127.0.0.1:%d\n", ntohs(addr.sin_port));
    fflush(stdout);
  }

  return err;
}


int main(int argc, char** argv) {
  uv_signal_t signal;
  uv_loop_t* loop;
  int err;

  if (argc != 3) {
    fprintf(stderr, "usage: proxy PORT|PATH UPSTREAM\n");
    return 2;
  }

  loop = uv_default_loop();
  err = read_upstream(argv[2]);

  if (err == 0)
    err = listen_at(loop, argv[1]);

  if (err == 0)
    err = uv_signal_init(loop, &signal);

  if (err == 0)
    err = uv_signal_start(&signal, on_signal, SIGTERM);

  if (err != 0) {
    fprintf(stderr, "proxy: %s\n", uv_strerror(err));
    return 1;
  }

  return uv_run(loop, UV_RUN_DEFAULT);
}

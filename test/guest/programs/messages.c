/* SPDX-License-Identifier: MIT */

/* UDP messages.
 *
 *   messages serve COUNT            prints its port, and sends COUNT messages
 *                                   back
 *   messages ask HOST PORT WORD...  sends words one after the other, and prints
 *                                   the answers and their senders
 */

#include <uv.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uv_udp_t udp;
static struct sockaddr_in remote;
static char** words;
static int left;


static void check(const char* what, int err) {
  if (err >= 0)
    return;

  printf("%s: %s\n", what, uv_err_name(err));
  exit(1);
}


static void on_alloc(uv_handle_t* handle, size_t size, uv_buf_t* buf) {
  *buf = uv_buf_init(malloc(size), size);
}


/* Closes the handle after the last message. */
static void one_less(void) {
  if (--left == 0)
    uv_close((uv_handle_t*) &udp, NULL);
}


static void on_request(uv_udp_t* handle,
                       ssize_t nread,
                       const uv_buf_t* buf,
                       const struct sockaddr* addr,
                       unsigned int flags) {
  uv_buf_t answer;

  check("receive", nread);
  if (addr != NULL) {
    answer = uv_buf_init(buf->base, nread);
    check("send back", uv_udp_try_send(handle, &answer, 1, addr));
    one_less();
  }

  free(buf->base);
}


static void on_sent(uv_udp_send_t* req, int status) {
  check("sent", status);
  free(req);
}


/* Each message has a new request: its answer may arrive before the callback of
 * the previous request.
 */
static void ask(void) {
  uv_udp_send_t* req;
  uv_buf_t buf;

  req = malloc(sizeof(*req));
  buf = uv_buf_init(*words, strlen(*words));
  check("send",
        uv_udp_send(req,
                    &udp,
                    &buf,
                    1,
                    (const struct sockaddr*) &remote,
                    on_sent));
}


static void on_answer(uv_udp_t* handle,
                      ssize_t nread,
                      const uv_buf_t* buf,
                      const struct sockaddr* addr,
                      unsigned int flags) {
  char host[64];

  check("receive", nread);
  if (addr != NULL) {
    uv_ip_name(addr, host, sizeof(host));
    printf("%s says %.*s\n", host, (int) nread, buf->base);
    one_less();
    if (left > 0) {
      words++;
      ask();
    }
  }

  free(buf->base);
}


static void serve(int count) {
  struct sockaddr_in addr;
  int len;

  left = count;
  len = sizeof(addr);
  uv_ip4_addr("127.0.0.1", 0, &addr);
  check("bind", uv_udp_bind(&udp, (const struct sockaddr*) &addr, 0));
  check("start", uv_udp_recv_start(&udp, on_alloc, on_request));
  check("name", uv_udp_getsockname(&udp, (struct sockaddr*) &addr, &len));
  printf("listening on %d\n", ntohs(addr.sin_port));
}


int main(int argc, char** argv) {
  uv_loop_t* loop;

  if (argc < 3)
    return 2;

  setvbuf(stdout, NULL, _IONBF, 0);
  loop = uv_default_loop();
  check("init", uv_udp_init(loop, &udp));

  if (strcmp(argv[1], "serve") == 0) {
    serve(atoi(argv[2]));
  } else if (argc > 4) {
    check("address", uv_ip4_addr(argv[2], atoi(argv[3]), &remote));
    words = argv + 4;
    left = argc - 4;
    ask();
    check("start", uv_udp_recv_start(&udp, on_alloc, on_answer));
  }

  uv_run(loop, UV_RUN_DEFAULT);
  return uv_loop_close(loop);
}

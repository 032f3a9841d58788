/* Reads standard input to its end and writes it in capitals. Files are read with
 * requests, which have completed when their callback is called.
 *
 *   uvcc filter.c -o filter.wasm
 *   echo hello | libuv-wasm run filter.wasm
 */

#include <ctype.h>
#include <stdio.h>
#include <uv.h>

static char bytes[4096];
static uv_fs_t request;

static void read_more(uv_loop_t* loop);


static void on_written(uv_fs_t* req) {
  uv_loop_t* loop;
  ssize_t n;

  loop = req->loop;
  n = req->result;
  uv_fs_req_cleanup(req);

  if (n < 0)
    fprintf(stderr, "write: %s\n", uv_strerror((int) n));
  else
    read_more(loop);
}


static void on_read(uv_fs_t* req) {
  uv_loop_t* loop;
  uv_buf_t buf;
  ssize_t n;
  ssize_t i;

  loop = req->loop;
  n = req->result;
  uv_fs_req_cleanup(req);

  if (n < 0)
    fprintf(stderr, "read: %s\n", uv_strerror((int) n));

  if (n <= 0)
    return;

  for (i = 0; i < n; i++)
    bytes[i] = toupper((unsigned char) bytes[i]);

  buf = uv_buf_init(bytes, n);
  uv_fs_write(loop, &request, 1, &buf, 1, -1, on_written);
}


static void read_more(uv_loop_t* loop) {
  uv_buf_t buf;

  buf = uv_buf_init(bytes, sizeof(bytes));
  uv_fs_read(loop, &request, 0, &buf, 1, -1, on_read);
}


int main(void) {
  uv_loop_t* loop;

  loop = uv_default_loop();
  read_more(loop);

  return uv_run(loop, UV_RUN_DEFAULT);
}

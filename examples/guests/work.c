/* Work for the thread pool. A guest has no other threads: each item runs on the
 * loop's thread, between two iterations, in the order of submission. An item that
 * has not started can be cancelled. The program is the same on all platforms.
 *
 *   uvcc work.c -o work.wasm && libuv-wasm run work.wasm
 */

#include <stdio.h>
#include <uv.h>

#define PIECES 4

static uv_async_t progress;
static unsigned long results[PIECES];
static int done;


static void on_progress(uv_async_t* async) {
  printf("some of it is done\n");
}


static void sum(uv_work_t* req) {
  unsigned long n;

  for (n = 1; n <= 1000; n++)
    results[(long) req->data] += n * n;

  uv_async_send(&progress);
}


static void on_summed(uv_work_t* req, int status) {
  if (status == UV_ECANCELED)
    printf("piece %ld was cancelled\n", (long) req->data);
  else
    printf("piece %ld is %lu\n", (long) req->data, results[(long) req->data]);

  if (++done == PIECES)
    uv_close((uv_handle_t*) &progress, NULL);
}


int main(void) {
  uv_work_t pieces[PIECES];
  uv_loop_t* loop;
  long i;

  loop = uv_default_loop();
  uv_async_init(loop, &progress, on_progress);

  for (i = 0; i < PIECES; i++) {
    pieces[i].data = (void*) i;
    uv_queue_work(loop, pieces + i, sum, on_summed);
  }

  uv_cancel((uv_req_t*) (pieces + PIECES - 1));

  return uv_run(loop, UV_RUN_DEFAULT);
}

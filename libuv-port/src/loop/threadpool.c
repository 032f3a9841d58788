/* SPDX-License-Identifier: MIT */

/* The thread pool of a program that has one thread: work runs in the loop's own
 * thread, in a later turn than the one it was submitted in, in the order of
 * submission. It can be cancelled until it starts; a lookup of names, until the
 * host has the result.
 */

#include "uv.h"
#include "internal.h"
#include "../sockets/resolver.h"

#include <stddef.h>

int uvp__lookup = UVP__LOOKUP_WAITS;


/* Replaces the work of a request that was cancelled. */
static void uvp__cancelled(struct uv__work* w) {
}


void uv__threadpool_cleanup(void) {
}


static void uvp__enqueue(struct uv__work* w) {
  uv__queue_insert_tail(&w->loop->wq, &w->wq);
  uv_async_send(&w->loop->wq_async);
}


void uv__work_submit(uv_loop_t* loop,
                     struct uv__work* w,
                     enum uv__work_kind kind,
                     void (*work)(struct uv__work* w),
                     void (*done)(struct uv__work* w, int status)) {
  w->loop = loop;
  w->work = work;
  w->done = done;
  uvp__enqueue(w);
}


static void uvp__queue_work(struct uv__work* w) {
  uv_work_t* req;

  req = container_of(w, uv_work_t, work_req);
  req->work_cb(req);
}


/* A program's own work may wait for names. */
void uvp__perform(struct uv__work* w, int lookup) {
  int err;

  err = w->work == uvp__cancelled ? UV_ECANCELED : 0;
  uvp__lookup = w->work == uvp__queue_work ? UVP__LOOKUP_WAITS : lookup;
  w->work(w);

  /* The host looks up the name, if a lookup was begun. */
  if (lookup < 0 && uvp__lookup >= 0) {
    if (uvp__look(w, uvp__lookup) == 0) {
      uvp__lookup = UVP__LOOKUP_WAITS;
      return;
    }

    w->work(w);
  }

  uvp__lookup = UVP__LOOKUP_WAITS;
  w->done(w, err);
}


/* Runs one piece of work per turn, so that other events are served in between,
 * and work that has not started can still be cancelled.
 */
void uv__work_done(uv_async_t* handle) {
  struct uv__queue* q;
  struct uv__work* w;
  uv_loop_t* loop;

  loop = container_of(handle, uv_loop_t, wq_async);
  if (uv__queue_empty(&loop->wq))
    return;

  q = uv__queue_head(&loop->wq);
  uv__queue_remove(q);
  uv__queue_init(q);  /* Makes uv_cancel() report that it is too late. */

  if (!uv__queue_empty(&loop->wq))
    uv_async_send(handle);

  w = container_of(q, struct uv__work, wq);
  uvp__perform(w, UVP__LOOKUP_BEGINS);
}


static void uvp__queue_done(struct uv__work* w, int err) {
  uv_work_t* req;

  req = container_of(w, uv_work_t, work_req);
  uv__req_unregister(req->loop);

  if (req->after_work_cb != NULL)
    req->after_work_cb(req, err);
}


int uv_queue_work(uv_loop_t* loop,
                  uv_work_t* req,
                  uv_work_cb work_cb,
                  uv_after_work_cb after_work_cb) {
  if (work_cb == NULL)
    return UV_EINVAL;

  uv__req_init(loop, req, UV_WORK);
  req->loop = loop;
  req->work_cb = work_cb;
  req->after_work_cb = after_work_cb;
  uv__work_submit(loop,
                  &req->work_req,
                  UV__WORK_CPU,
                  uvp__queue_work,
                  uvp__queue_done);

  return 0;
}


static int uvp__work_cancel(struct uv__work* w) {
  if (uv__queue_empty(&w->wq) || w->work == uvp__cancelled)
    return UV_EBUSY;

  if (uvp__look_no_more(w))
    uvp__enqueue(w);

  w->work = uvp__cancelled;
  return 0;
}


int uv_cancel(uv_req_t* req) {
  switch (req->type) {
    case UV_FS:
      return uvp__work_cancel(&((uv_fs_t*) req)->work_req);

    case UV_GETADDRINFO:
      return uvp__work_cancel(&((uv_getaddrinfo_t*) req)->work_req);

    case UV_GETNAMEINFO:
      return uvp__work_cancel(&((uv_getnameinfo_t*) req)->work_req);

    case UV_RANDOM:
      return uvp__work_cancel(&((uv_random_t*) req)->work_req);

    case UV_WORK:
      return uvp__work_cancel(&((uv_work_t*) req)->work_req);

    default:
      return UV_EINVAL;
  }
}

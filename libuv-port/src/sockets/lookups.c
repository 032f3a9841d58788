/* SPDX-License-Identifier: MIT */

/* Lookups that a loop waits for: watches a descriptor until the host has the
 * result.
 */

#include "uv.h"
#include "internal.h"
#include "resolver.h"
#include "uv_host.h"

#include <stddef.h>

/* A pending lookup. The work of its request is queued here. */
struct uvp__looking {
  uv_poll_t poll;
  struct uv__queue wq;
  void (*work)(struct uv__work* w);
  int fd;
};


/* Replaces the work that continues when the host has the result. */
static void uvp__looks(struct uv__work* w) {
}


static void uvp__on_close(uv_handle_t* handle) {
  uv__free(container_of(handle, struct uvp__looking, poll));
}


/* Restores the work. */
static void uvp__end(struct uvp__looking* l, struct uv__work* w) {
  uv__queue_remove(&w->wq);
  uv__queue_init(&w->wq);
  w->work = l->work;
  uv_close((uv_handle_t*) &l->poll, uvp__on_close);
}


static void uvp__on_answer(uv_poll_t* poll, int status, int events) {
  struct uvp__looking* l;
  struct uv__work* w;

  l = container_of(poll, struct uvp__looking, poll);
  w = container_of(uv__queue_head(&l->wq), struct uv__work, wq);
  uvp__end(l, w);
  uvp__perform(w, l->fd);
}


/* The request keeps the loop alive, and not the handle, which is internal. */
int uvp__look(struct uv__work* w, int fd) {
  struct uvp__looking* l;
  int err;

  l = uv__malloc(sizeof(*l));
  if (l == NULL)
    return UV_ENOMEM;

  err = uv_poll_init(w->loop, &l->poll, fd);
  if (err) {
    uv__free(l);
    return err;
  }

  l->poll.flags |= UV_HANDLE_INTERNAL;
  uv_unref((uv_handle_t*) &l->poll);
  uv_poll_start(&l->poll, UV_READABLE, uvp__on_answer);

  l->fd = fd;
  l->work = w->work;
  w->work = uvp__looks;
  uv__queue_init(&l->wq);
  uv__queue_insert_tail(&l->wq, &w->wq);
  return 0;
}


int uvp__look_no_more(struct uv__work* w) {
  struct uvp__looking* l;

  if (w->work != uvp__looks)
    return 0;

  l = container_of(uv__queue_head(&w->wq), struct uvp__looking, wq);
  uvp__end(l, w);
  uvh_close(l->fd);
  return 1;
}

/* SPDX-License-Identifier: MIT */

/* The platform layer of libuv for WebAssembly: the clock, the loop's hooks and
 * waiting for events. Like epoll, the host keeps the set of watched
 * descriptors; see uv_host.h for its functions.
 */

#include "uv.h"
#include "internal.h"
#include "uv_host.h"
#include "../libc.h"
#include "park.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

/* The number of events that are taken from the host at once, and how often in
 * succession while there are more, before the loop continues. Linux' figures,
 * scaled to a small stack.
 */
#define UVP__BATCH_SIZE 256
#define UVP__MAX_BATCHES 48

struct uvp__batch {
  struct uvh_event events[UVP__BATCH_SIZE];
  int count;
};


uint64_t uv__hrtime(uv_clocktype_t type) {
  static uint64_t last;

  if (type != UV_CLOCK_FAST || !uvp__skip_time())
    last = (uint64_t) uvh_clock();

  return last;
}


/* libuv keeps a spare descriptor, to reject peers when no other is left. It
 * opens a file for that, and there are none; without one it would try to accept
 * the same peer forever. A socket works as well, and like libuv's file it is
 * created again after it was used.
 */
static void uvp__reserve(uv_loop_t* loop) {
  int fd;

  if (loop->emfile_fd != -1)
    return;

  fd = uvh_socket(AF_INET, SOCK_STREAM, 0);
  if (fd >= 0)
    loop->emfile_fd = fd;
}


int uv__platform_loop_init(uv_loop_t* loop) {
  loop->batch = NULL;
  loop->parked_at = 0;
  loop->pumped = 0;
  uvp__reserve(loop);
  return 0;
}


void uv__platform_loop_delete(uv_loop_t* loop) {
  if (loop->emfile_fd != -1)
    uv__close(loop->emfile_fd);

  loop->emfile_fd = -1;
}


int uv__io_fork(uv_loop_t* loop) {
  return UV_ENOSYS;
}


/* Events of a closed descriptor must not be delivered to the next one with the
 * same number.
 */
void uv__platform_invalidate_fd(uv_loop_t* loop, int fd) {
  int i;

  if (loop->batch == NULL)
    return;

  for (i = 0; i < loop->batch->count; i++)
    if (loop->batch->events[i].fd == fd)
      loop->batch->events[i].fd = -1;
}


/* Only called for descriptors that the loop does not watch yet, so no interest
 * can be lost.
 */
int uv__io_check_fd(uv_loop_t* loop, int fd) {
  return uvh_poll_ctl(fd, 0);
}


/* Sets the host's interest to the watcher's. False if it cannot be watched. */
static int uvp__tell(uv__io_t* w) {
  if (w->events == w->pevents)
    return 1;

  w->events = w->pevents;
  return uvp__is_wasi(w->fd) || uvh_poll_ctl(w->fd, w->pevents) == 0;
}


static uv__io_t* uvp__next_watcher(uv_loop_t* loop) {
  if (uv__queue_empty(&loop->watcher_queue))
    return NULL;

  return uv__queue_data(uv__queue_head(&loop->watcher_queue),
                        uv__io_t,
                        watcher_queue);
}


static void uvp__dequeue(uv__io_t* w) {
  uv__queue_remove(&w->watcher_queue);
  uv__queue_init(&w->watcher_queue);
}


/* Sets the host's interest for the queued watchers. One that the host cannot
 * watch is put into the batch with POLLERR: its owner gets the reason from its
 * next call.
 */
static void uvp__register(uv_loop_t* loop, struct uvp__batch* batch) {
  uv__io_t* w;

  while (batch->count < UVP__BATCH_SIZE) {
    w = uvp__next_watcher(loop);
    if (w == NULL)
      return;

    assert(w->pevents != 0);
    assert(w->fd >= 0);
    assert(w->fd < (int) loop->nwatchers);

    uvp__dequeue(w);
    if (uvp__tell(w))
      continue;

    batch->events[batch->count].fd = w->fd;
    batch->events[batch->count].events = POLLERR;
    batch->count++;
  }
}


void uvp__register_parked(uv_loop_t* loop) {
  uv__io_t* w;

  for (;;) {
    w = uvp__next_watcher(loop);
    if (w == NULL || uvp__is_wasi(w->fd))
      return;

    /* The next poll handles it. */
    if (!uvp__tell(w)) {
      w->events = 0;
      return;
    }

    uvp__dequeue(w);
  }
}


/* In a module without files, the host does not know the standard streams: they
 * are ready whenever they are watched.
 */
static void uvp__add_streams(uv_loop_t* loop, struct uvp__batch* batch) {
  uv__io_t* w;
  int fd;

  for (fd = 0; uvp__is_wasi(fd) && fd < (int) loop->nwatchers; fd++) {
    w = loop->watchers[fd];
    if (w == NULL || batch->count == UVP__BATCH_SIZE)
      continue;

    batch->events[batch->count].fd = fd;
    batch->events[batch->count].events = w->pevents & (POLLIN | POLLOUT);
    batch->count++;
  }
}


/* Newer versions of libuv store the number of a callback in the watcher instead
 * of the callback itself.
 */
static void uvp__call(uv_loop_t* loop, uv__io_t* w, unsigned int events) {
#ifdef uv__io_cb_get
  uv__io_cb(loop, w, events);
#else
  w->cb(loop, w, events);
#endif
}


/* Calls the watchers of a batch and returns the number of events for which
 * there was interest. The watcher for signals is last, because its callbacks
 * may close anything.
 */
static int uvp__dispatch(uv_loop_t* loop, struct uvp__batch* batch) {
  struct uvh_event* e;
  uv__io_t* signals;
  uv__io_t* w;
  int nevents;
  int i;

  nevents = 0;
  signals = NULL;
  loop->batch = batch;

  for (i = 0; i < batch->count; i++) {
    e = batch->events + i;

    /* Closed by a callback of this batch. */
    if (e->fd == -1)
      continue;

    assert(e->fd >= 0);
    assert((unsigned) e->fd < loop->nwatchers);

    w = loop->watchers[e->fd];

    if (w == NULL) {
      /* It is not watched any more: end the host's interest too. An error
       * only means that it has ended already.
       */
      uvh_poll_ctl(e->fd, 0);
      continue;
    }

    e->events &= w->pevents | POLLERR | POLLHUP;

    /* An error or a hangup alone would not wake any watcher: readers and
     * writers get it from their next call.
     */
    if (e->events == POLLERR || e->events == POLLHUP)
      e->events |= w->pevents & (POLLIN | POLLOUT | UV__POLLRDHUP);

    if (e->events == 0)
      continue;

    nevents++;
    uv__metrics_update_idle_time(loop);

    if (w == &loop->signal_io_watcher)
      signals = w;
    else
      uvp__call(loop, w, e->events);
  }

  if (signals != NULL)
    uvp__call(loop, signals, POLLIN);

  loop->batch = NULL;
  uv__metrics_inc_events(loop, nevents);

  return nevents;
}


/* Takes the host's events. A signal comes before them: its handler may make
 * libuv's pipe for signals one of the descriptors that are ready.
 */
static int uvp__take_events(struct uvh_event* events, int max, int timeout) {
  int n;

  while ((n = uvh_poll_wait(events, max, timeout)) == -EINTR)
    if (uvp__take_signals() != UVP__NO_SIGNAL)
      timeout = 0;

  return n;
}


/* Fills the rest of the batch with the host's events. Returns 0 or an error. */
static int uvp__collect(uv_loop_t* loop,
                        struct uvp__batch* batch,
                        int timeout) {
  int n;

  /* There are events already: do not wait for more. */
  if (batch->count != 0)
    timeout = 0;

  if (timeout != 0)
    uv__metrics_set_provider_entry_time(loop);

  /* uv__work_done() needs it. */
  uv__get_internal_fields(loop)->current_timeout = timeout;

  n = uvp__take_events(batch->events + batch->count,
                       UVP__BATCH_SIZE - batch->count,
                       timeout);

  uv__update_time(loop);

  if (n < 0)
    return n;

  batch->count += n;
  return 0;
}


void uv__io_poll(uv_loop_t* loop, int timeout) {
  struct uvp__batch batch;
  uint64_t base;
  int user_timeout;
  int look_first;
  int nevents;
  int rounds;
  int err;

  assert(timeout >= -1);
  base = loop->time;
  user_timeout = timeout;
  rounds = UVP__MAX_BATCHES;
  uvp__reserve(loop);

  /* To distinguish events that were waiting from events that were waited for,
   * poll without waiting first.
   */
  look_first = uv__get_internal_fields(loop)->flags & UV_METRICS_IDLE_TIME;
  if (look_first)
    timeout = 0;

  while (loop->nfds != 0) {
    batch.count = 0;
    uvp__register(loop, &batch);
    uvp__add_streams(loop, &batch);
    err = uvp__collect(loop, &batch, timeout);

    /* Only after the events of register() were dispatched. */
    if (err == UV_EAGAIN && batch.count == 0) {
      uvp__park(loop);
      return;
    }

    if (err != 0 && err != UV_EAGAIN)
      abort();

    nevents = uvp__dispatch(loop, &batch);

    if (look_first) {
      uv__metrics_inc_events_waiting(loop, nevents);
      look_first = 0;
      timeout = user_timeout;
    }

    if (nevents != 0) {
      if (batch.count != UVP__BATCH_SIZE || --rounds == 0) {
        if (uvp__may_leave(loop))
          uvp__park(loop);

        return;
      }

      /* There may be more events; but do not wait for them. */
      user_timeout = 0;
      timeout = 0;
      continue;
    }

    /* No event was of interest: wait for the rest of the time. */
    if (timeout == 0)
      return;

    if (timeout == -1)
      continue;

    if (loop->time - base >= (uint64_t) user_timeout)
      return;

    timeout = user_timeout - (int) (loop->time - base);
  }
}

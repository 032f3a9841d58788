/* SPDX-License-Identifier: MIT */

/* uv_fs_event_t for programs, over inotify. Each active handle has an inotify
 * instance of its own, so that nothing has to be shared, or found by number.
 */

#include "uv.h"
#include "internal.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#define UVP__CHANGES (IN_ATTRIB | IN_MODIFY)
#define UVP__RENAMES                                                          \
  (IN_CREATE | IN_DELETE | IN_DELETE_SELF | IN_MOVE_SELF | IN_MOVE)


static const char* uvp__last_name(const char* path) {
  const char* slash;

  slash = strrchr(path, '/');

  return slash == NULL ? path : slash + 1;
}


/* Calls back for one event, and returns how many bytes it has. */
static size_t uvp__report(uv_fs_event_t* handle, const char* at) {
  const struct inotify_event* event;
  char name[NAME_MAX + 1];
  int events;

  event = (const struct inotify_event*) at;

  events = 0;
  if (event->mask & UVP__CHANGES)
    events |= UV_CHANGE;
  if (event->mask & ~UVP__CHANGES)
    events |= UV_RENAME;

  /* An event of the file itself has no name. The callback may stop the handle,
   * which frees its path.
   */
  uv__strscpy(name,
              event->len > 0 ? event->name : uvp__last_name(handle->path),
              sizeof(name));

  /* An overflow belongs to no watch. */
  if (event->wd != -1)
    handle->cb(handle, name, events, 0);

  return sizeof(*event) + event->len;
}


static void uvp__read_events(uv_loop_t* loop,
                             uv__io_t* watcher,
                             unsigned int events) {
  /* Room for the longest name at least. */
  _Alignas(struct inotify_event) char bytes[4096];
  uv_fs_event_t* handle;
  size_t at;
  ssize_t n;

  handle = container_of(watcher, uv_fs_event_t, event_watcher);
  for (;;) {
    n = read(watcher->fd, bytes, sizeof(bytes));
    if (n <= 0)
      return;

    handle->is_stopped = 0;
    for (at = 0; at < (size_t) n && !handle->is_stopped;)
      at += uvp__report(handle, bytes + at);

    if (handle->is_stopped)
      return;
  }
}


int uv_fs_event_init(uv_loop_t* loop, uv_fs_event_t* handle) {
  uv__handle_init(loop, (uv_handle_t*) handle, UV_FS_EVENT);
  return 0;
}


int uv_fs_event_start(uv_fs_event_t* handle,
                      uv_fs_event_cb cb,
                      const char* path,
                      unsigned int flags) {
  int err;
  int fd;

  if (uv__is_active(handle))
    return UV_EINVAL;

  fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  if (fd == -1)
    return UV__ERR(errno);

  if (inotify_add_watch(fd, path, UVP__CHANGES | UVP__RENAMES) == -1) {
    err = UV__ERR(errno);
    uv__close(fd);
    return err;
  }

  handle->path = uv__strdup(path);
  if (handle->path == NULL) {
    uv__close(fd);
    return UV_ENOMEM;
  }

  handle->cb = cb;
  handle->stop = uv_fs_event_stop;
  uv__io_init(&handle->event_watcher, uvp__read_events, fd);
  uv__io_start(handle->loop, &handle->event_watcher, POLLIN);
  uv__handle_start(handle);

  return 0;
}


int uv_fs_event_stop(uv_fs_event_t* handle) {
  int fd;

  if (!uv__is_active(handle))
    return 0;

  fd = handle->event_watcher.fd;
  uv__io_close(handle->loop, &handle->event_watcher);
  uv__close(fd);

  uv__free(handle->path);
  handle->path = NULL;
  handle->is_stopped = 1;
  uv__handle_stop(handle);

  return 0;
}


/* Calls what uv_fs_event_start() has set, since uv_close() brings this function
 * into every program.
 */
void uv__fs_event_close(uv_fs_event_t* handle) {
  if (uv__is_active(handle))
    handle->stop(handle);
}

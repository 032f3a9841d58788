/* SPDX-License-Identifier: MIT */

/* select() and pselect(), over poll(). */

#include "waits.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <sys/time.h>

#define UVP__USEC_PER_SEC 1000000
#define UVP__PAGE_SIZE 65536

/* Descriptors from here on do not exist, so a larger `nfds` changes nothing.
 * Programs pass sizes that their sets do not have, like INT_MAX.
 */
#define UVP__SELECT_MAX 65536

#define UVP__WORD_BITS (CHAR_BIT * (int) sizeof(unsigned long))

/* The sets of select(), and what they mean to poll(), as on Linux. */
enum {
  UVP__READ,
  UVP__WRITE,
  UVP__EXCEPT,
  UVP__SETS
};

struct uvp__sets {
  fd_set* set[UVP__SETS];
  int count;
};

static const short uvp__wanted[] = { POLLIN, POLLOUT, POLLPRI };

static const short uvp__found[] = {
  POLLIN | POLLHUP | POLLERR,
  POLLOUT | POLLERR,
  POLLPRI,
};


/* FD_SETSIZE does not limit sets that a program allocates. */
static unsigned long* uvp__word(fd_set* set, int fd) {
  return (unsigned long*) set + fd / UVP__WORD_BITS;
}


static unsigned long uvp__bit(int fd) {
  return 1UL << fd % UVP__WORD_BITS;
}


static int uvp__has(fd_set* set, int fd) {
  return set != NULL && (*uvp__word(set, fd) & uvp__bit(fd));
}


static short uvp__events(const struct uvp__sets* sets, int fd) {
  short events;
  int i;

  events = 0;
  for (i = 0; i < UVP__SETS; i++)
    if (uvp__has(sets->set[i], fd))
      events |= uvp__wanted[i];

  return events;
}


/* The number of descriptors that a set in memory can have, at most `count`. */
static int uvp__fitting(const fd_set* set, int count) {
  size_t bytes;

  bytes = __builtin_wasm_memory_size(0) * UVP__PAGE_SIZE - (size_t) set;
  return bytes < (size_t) count / CHAR_BIT ? (int) bytes * CHAR_BIT : count;
}


/* Lists the descriptors of all sets. Returns their number. */
static int uvp__list(const struct uvp__sets* sets, struct pollfd* fds) {
  short events;
  int fd;
  int n;

  n = 0;
  for (fd = 0; fd < sets->count; fd++) {
    events = uvp__events(sets, fd);
    if (events == 0)
      continue;

    if (fds != NULL)
      fds[n] = (struct pollfd){ fd, events, 0 };

    n++;
  }

  return n;
}


/* Whether all descriptors exist. Those beyond FD_SETSIZE that do not are no
 * error: the set may not reach so far. They are removed from the list.
 */
static int uvp__exist(struct pollfd* fds, int* n) {
  int kept;
  int i;

  kept = 0;
  for (i = 0; i < *n; i++)
    if (!(fds[i].revents & POLLNVAL))
      fds[kept++] = fds[i];
    else if (fds[i].fd < FD_SETSIZE)
      return 0;

  *n = kept;
  return 1;
}


/* Counts what was found. poll() also reports what no set has asked for, like
 * the end of a stream that is only watched for exceptions. It will not change,
 * and the wait goes on without these descriptors; a negative one is ignored.
 */
static int uvp__count(const struct uvp__sets* sets, struct pollfd* fds, int n) {
  int found;
  int total;
  int i;
  int k;

  total = 0;
  for (k = 0; k < n; k++) {
    found = 0;
    for (i = 0; i < UVP__SETS && fds[k].revents != 0; i++)
      if (uvp__has(sets->set[i], fds[k].fd) && fds[k].revents & uvp__found[i])
        found++;

    if (found == 0 && fds[k].revents != 0) {
      fds[k].revents = 0;
      fds[k].fd = ~fds[k].fd;
    }

    total += found;
  }

  return total;
}


/* Clears the bits of what was not found. */
static void uvp__clear(const struct uvp__sets* sets,
                       const struct pollfd* fds,
                       int n) {
  int fd;
  int i;
  int k;

  for (k = 0; k < n; k++) {
    fd = fds[k].fd < 0 ? ~fds[k].fd : fds[k].fd;
    for (i = 0; i < UVP__SETS; i++)
      if (uvp__has(sets->set[i], fd) && !(fds[k].revents & uvp__found[i]))
        *uvp__word(sets->set[i], fd) &= ~uvp__bit(fd);
  }
}


static int uvp__select_listed(const struct uvp__sets* sets,
                              struct pollfd* fds,
                              int n,
                              struct timespec* time,
                              const sigset_t* mask) {
  int count;
  int r;

  do {
    r = uvp__poll_for(fds, n, time, mask);
    if (r < 0)
      return r;

    if (!uvp__exist(fds, &n)) {
      errno = EBADF;
      return -1;
    }

    count = uvp__count(sets, fds, n);
  } while (r > 0 && count == 0);

  uvp__clear(sets, fds, n);
  return count;
}


static int uvp__select(int nfds,
                       fd_set* readable,
                       fd_set* writable,
                       fd_set* except,
                       struct timespec* time,
                       const sigset_t* mask) {
  struct uvp__sets sets = { { readable, writable, except }, nfds };
  struct pollfd* fds;
  int err;
  int i;
  int n;
  int r;

  if (nfds < 0) {
    errno = EINVAL;
    return -1;
  }

  if (sets.count > UVP__SELECT_MAX)
    sets.count = UVP__SELECT_MAX;

  for (i = 0; i < UVP__SETS; i++)
    if (sets.set[i] != NULL)
      sets.count = uvp__fitting(sets.set[i], sets.count);

  n = uvp__list(&sets, NULL);
  if (n == 0)
    return uvp__poll_for(NULL, 0, time, mask);

  fds = malloc(n * sizeof(*fds));
  if (fds == NULL)
    return -1;

  uvp__list(&sets, fds);
  r = uvp__select_listed(&sets, fds, n, time, mask);

  err = errno;
  free(fds);
  errno = err;
  return r;
}


/* Stores the time that is left, as Linux does. */
int select(int nfds,
           fd_set* restrict readable,
           fd_set* restrict writable,
           fd_set* restrict except,
           struct timeval* restrict timeout) {
  struct timespec time;
  int r;

  if (timeout == NULL)
    return uvp__select(nfds, readable, writable, except, NULL, NULL);

  if (timeout->tv_sec < 0 || timeout->tv_usec < 0) {
    errno = EINVAL;
    return -1;
  }

  time.tv_sec = timeout->tv_sec + timeout->tv_usec / UVP__USEC_PER_SEC;
  time.tv_nsec = timeout->tv_usec % UVP__USEC_PER_SEC * 1000;

  r = uvp__select(nfds, readable, writable, except, &time, NULL);

  timeout->tv_sec = time.tv_sec;
  timeout->tv_usec = time.tv_nsec / 1000;
  return r;
}


int pselect(int nfds,
            fd_set* restrict readable,
            fd_set* restrict writable,
            fd_set* restrict except,
            const struct timespec* restrict timeout,
            const sigset_t* restrict mask) {
  struct timespec time;

  if (timeout == NULL)
    return uvp__select(nfds, readable, writable, except, NULL, mask);

  time = *timeout;
  if (!uvp__is_time(&time)) {
    errno = EINVAL;
    return -1;
  }

  return uvp__select(nfds, readable, writable, except, &time, mask);
}

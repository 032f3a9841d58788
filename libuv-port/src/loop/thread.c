/* SPDX-License-Identifier: MIT */

/* Locks of a program that has one thread. No other thread can hold a lock, so
 * none ever waits; an operation that would have to wait for another thread
 * would never return, which is a bug of the caller, and calls abort() like
 * elsewhere in libuv. Threads themselves are refused.
 */

#include "uv.h"
#include "internal.h"

#include <stdlib.h>
#include <string.h>

/* The first bytes of each lock are used here; libuv's users only know its size.
 */
struct uvp__lock {
  int depth;  /* How often it is held; -1 if by a writer. */
  int recursive;
};

#define UVP__LOCK(handle) ((struct uvp__lock*) (handle))

STATIC_ASSERT(sizeof(struct uvp__lock) <= sizeof(uv_mutex_t));
STATIC_ASSERT(sizeof(struct uvp__lock) <= sizeof(uv_rwlock_t));
STATIC_ASSERT(sizeof(unsigned int) <= sizeof(uv_sem_t));

#define UVP__KEYS_MAX 32

static void* uvp__keys[UVP__KEYS_MAX];
static unsigned int uvp__keys_used;  /* A mask. */


int uv_thread_create(uv_thread_t* tid, uv_thread_cb entry, void* arg) {
  return UV_ENOSYS;
}


int uv_thread_create_ex(uv_thread_t* tid,
                        const uv_thread_options_t* params,
                        uv_thread_cb entry,
                        void* arg) {
  return UV_ENOSYS;
}


int uv_thread_join(uv_thread_t* tid) {
  return UV_ENOSYS;
}


int uv_thread_detach(uv_thread_t* tid) {
  return UV_ENOSYS;
}


uv_thread_t uv_thread_self(void) {
  return pthread_self();
}


int uv_thread_equal(const uv_thread_t* t1, const uv_thread_t* t2) {
  return *t1 == *t2;
}


int uv_thread_setaffinity(uv_thread_t* tid,
                          char* cpumask,
                          char* oldmask,
                          size_t mask_size) {
  return UV_ENOTSUP;
}


int uv_thread_getaffinity(uv_thread_t* tid, char* cpumask, size_t mask_size) {
  return UV_ENOTSUP;
}


int uv_thread_getcpu(void) {
  return UV_ENOTSUP;
}


int uv_thread_setname(const char* name) {
  return UV_ENOSYS;
}


int uv_thread_getname(uv_thread_t* tid, char* name, size_t size) {
  return UV_ENOSYS;
}


static int uvp__mutex_init(uv_mutex_t* mutex, int recursive) {
  memset(mutex, 0, sizeof(*mutex));
  UVP__LOCK(mutex)->recursive = recursive;
  return 0;
}


int uv_mutex_init(uv_mutex_t* mutex) {
  return uvp__mutex_init(mutex, 0);
}


int uv_mutex_init_recursive(uv_mutex_t* mutex) {
  return uvp__mutex_init(mutex, 1);
}


void uv_mutex_destroy(uv_mutex_t* mutex) {
  if (UVP__LOCK(mutex)->depth != 0)
    abort();
}


void uv_mutex_lock(uv_mutex_t* mutex) {
  if (uv_mutex_trylock(mutex))
    abort();
}


int uv_mutex_trylock(uv_mutex_t* mutex) {
  if (UVP__LOCK(mutex)->depth != 0 && !UVP__LOCK(mutex)->recursive)
    return UV_EBUSY;

  UVP__LOCK(mutex)->depth++;
  return 0;
}


void uv_mutex_unlock(uv_mutex_t* mutex) {
  if (UVP__LOCK(mutex)->depth == 0)
    abort();

  UVP__LOCK(mutex)->depth--;
}


int uv_rwlock_init(uv_rwlock_t* rwlock) {
  memset(rwlock, 0, sizeof(*rwlock));
  return 0;
}


void uv_rwlock_destroy(uv_rwlock_t* rwlock) {
  if (UVP__LOCK(rwlock)->depth != 0)
    abort();
}


void uv_rwlock_rdlock(uv_rwlock_t* rwlock) {
  if (uv_rwlock_tryrdlock(rwlock))
    abort();
}


int uv_rwlock_tryrdlock(uv_rwlock_t* rwlock) {
  if (UVP__LOCK(rwlock)->depth < 0)
    return UV_EBUSY;

  UVP__LOCK(rwlock)->depth++;
  return 0;
}


void uv_rwlock_rdunlock(uv_rwlock_t* rwlock) {
  if (UVP__LOCK(rwlock)->depth <= 0)
    abort();

  UVP__LOCK(rwlock)->depth--;
}


void uv_rwlock_wrlock(uv_rwlock_t* rwlock) {
  if (uv_rwlock_trywrlock(rwlock))
    abort();
}


int uv_rwlock_trywrlock(uv_rwlock_t* rwlock) {
  if (UVP__LOCK(rwlock)->depth != 0)
    return UV_EBUSY;

  UVP__LOCK(rwlock)->depth = -1;
  return 0;
}


void uv_rwlock_wrunlock(uv_rwlock_t* rwlock) {
  if (UVP__LOCK(rwlock)->depth != -1)
    abort();

  UVP__LOCK(rwlock)->depth = 0;
}


int uv_sem_init(uv_sem_t* sem, unsigned int value) {
  *(unsigned int*) sem = value;
  return 0;
}


void uv_sem_destroy(uv_sem_t* sem) {
}


void uv_sem_post(uv_sem_t* sem) {
  ++*(unsigned int*) sem;
}


void uv_sem_wait(uv_sem_t* sem) {
  if (uv_sem_trywait(sem))
    abort();
}


int uv_sem_trywait(uv_sem_t* sem) {
  if (*(unsigned int*) sem == 0)
    return UV_EAGAIN;

  --*(unsigned int*) sem;
  return 0;
}


int uv_cond_init(uv_cond_t* cond) {
  return 0;
}


void uv_cond_destroy(uv_cond_t* cond) {
}


void uv_cond_signal(uv_cond_t* cond) {
}


void uv_cond_broadcast(uv_cond_t* cond) {
}


void uv_cond_wait(uv_cond_t* cond, uv_mutex_t* mutex) {
  abort();
}


/* There is no thread that could signal in the meantime, so it times out
 * immediately.
 */
int uv_cond_timedwait(uv_cond_t* cond, uv_mutex_t* mutex, uint64_t timeout) {
  return UV_ETIMEDOUT;
}


void uv_once(uv_once_t* guard, void (*callback)(void)) {
  if (*guard != UV_ONCE_INIT)
    return;

  *guard = !UV_ONCE_INIT;
  callback();
}


int uv_key_create(uv_key_t* key) {
  unsigned int i;

  for (i = 0; i < UVP__KEYS_MAX; i++) {
    if (uvp__keys_used & 1u << i)
      continue;

    uvp__keys_used |= 1u << i;
    uvp__keys[i] = NULL;
    *key = i;
    return 0;
  }

  return UV_EAGAIN;
}


void uv_key_delete(uv_key_t* key) {
  if (*key >= UVP__KEYS_MAX || (uvp__keys_used & 1u << *key) == 0)
    abort();

  uvp__keys_used &= ~(1u << *key);
}


void* uv_key_get(uv_key_t* key) {
  return uvp__keys[*key];
}


void uv_key_set(uv_key_t* key, void* value) {
  uvp__keys[*key] = value;
}

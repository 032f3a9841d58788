/* POSIX threads in a program that has one thread: what its locks return, and that its waits wait until their deadlines.
 * Prints the same natively. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <threads.h>
#include <time.h>

#define SAY(expression) printf("%s: %s\n", #expression, name_of(expression))

static const char* name_of(int err) {
  switch (err) {
    case 0:
      return "0";
    case -1:
      return errno == -1 ? "-1" : name_of(errno);
    case EAGAIN:
      return "EAGAIN";
    case EBUSY:
      return "EBUSY";
    case EDEADLK:
      return "EDEADLK";
    case EINVAL:
      return "EINVAL";
    case ENOTSUP:
      return "ENOTSUP";
    case EPERM:
      return "EPERM";
    case ETIMEDOUT:
      return "ETIMEDOUT";
    default:
      return "another error";
  }
}

static struct timespec in_ms(clockid_t clock, long ms) {
  struct timespec then;

  clock_gettime(clock, &then);
  then.tv_nsec += ms * 1000000;
  then.tv_sec += then.tv_nsec / 1000000000;
  then.tv_nsec %= 1000000000;
  return then;
}

static int is_past(clockid_t clock, const struct timespec* then) {
  struct timespec now;

  clock_gettime(clock, &now);
  return now.tv_sec > then->tv_sec ||
         (now.tv_sec == then->tv_sec && now.tv_nsec >= then->tv_nsec);
}

static void mutexes(void) {
  pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  pthread_mutexattr_t attributes;
  struct timespec then;
  int types[] = { PTHREAD_MUTEX_RECURSIVE, PTHREAD_MUTEX_ERRORCHECK };
  int type;
  int i;

  SAY(pthread_mutex_lock(&mutex));
  SAY(pthread_mutex_trylock(&mutex));
  SAY(pthread_mutex_destroy(&mutex));
  then = in_ms(CLOCK_REALTIME, 20);
  SAY(pthread_mutex_timedlock(&mutex, &then));
  SAY(!is_past(CLOCK_REALTIME, &then));
  then.tv_nsec = 1000000000;
  SAY(pthread_mutex_timedlock(&mutex, &then));
  SAY(pthread_mutex_unlock(&mutex));
  SAY(pthread_mutex_lock(&mutex));
  SAY(pthread_mutex_unlock(&mutex));
  SAY(pthread_mutex_destroy(&mutex));

  for (i = 0; i < 2; i++) {
    printf("type %d\n", i);
    SAY(pthread_mutexattr_init(&attributes));
    SAY(pthread_mutexattr_settype(&attributes, 77));
    SAY(pthread_mutexattr_settype(&attributes, types[i]));
    SAY(pthread_mutexattr_gettype(&attributes, &type));
    SAY(type != types[i]);
    SAY(pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED));
    SAY(pthread_mutexattr_setrobust(&attributes, 5));
    SAY(pthread_mutex_init(&mutex, &attributes));
    SAY(pthread_mutexattr_destroy(&attributes));
    SAY(pthread_mutex_unlock(&mutex));
    SAY(pthread_mutex_lock(&mutex));
    SAY(pthread_mutex_lock(&mutex));
    SAY(pthread_mutex_trylock(&mutex));
    SAY(pthread_mutex_unlock(&mutex));
    SAY(pthread_mutex_unlock(&mutex));
    SAY(pthread_mutex_unlock(&mutex));
    SAY(pthread_mutex_unlock(&mutex));
    SAY(pthread_mutex_consistent(&mutex));
    SAY(pthread_mutex_destroy(&mutex));
  }
}

static void conditions(void) {
  clockid_t clocks[] = { CLOCK_REALTIME, CLOCK_MONOTONIC };
  pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  pthread_condattr_t attributes;
  pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
  struct timespec then;
  clockid_t clock;
  int i;

  SAY(pthread_cond_signal(&cond));
  SAY(pthread_cond_broadcast(&cond));

  for (i = 0; i < 2; i++) {
    SAY(pthread_condattr_init(&attributes));
    SAY(pthread_condattr_setclock(&attributes, CLOCK_PROCESS_CPUTIME_ID));
    SAY(pthread_condattr_setclock(&attributes, clocks[i]));
    SAY(pthread_condattr_getclock(&attributes, &clock));
    SAY(clock != clocks[i]);
    SAY(pthread_cond_init(&cond, &attributes));
    SAY(pthread_mutex_lock(&mutex));
    then = in_ms(clocks[i], 20);
    SAY(pthread_cond_timedwait(&cond, &mutex, &then));
    SAY(!is_past(clocks[i], &then));
    SAY(pthread_mutex_trylock(&mutex));
    then.tv_sec = 0;
    SAY(pthread_cond_timedwait(&cond, &mutex, &then));
    then.tv_nsec = -1;
    SAY(pthread_cond_timedwait(&cond, &mutex, &then));
    SAY(pthread_mutex_unlock(&mutex));
    SAY(pthread_cond_destroy(&cond));
  }
}

static void read_write_locks(void) {
  pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
  struct timespec then;

  SAY(pthread_rwlock_rdlock(&lock));
  SAY(pthread_rwlock_tryrdlock(&lock));
  SAY(pthread_rwlock_trywrlock(&lock));
  then = in_ms(CLOCK_REALTIME, 10);
  SAY(pthread_rwlock_timedwrlock(&lock, &then));
  SAY(!is_past(CLOCK_REALTIME, &then));
  SAY(pthread_rwlock_unlock(&lock));
  SAY(pthread_rwlock_trywrlock(&lock));
  SAY(pthread_rwlock_unlock(&lock));
  SAY(pthread_rwlock_wrlock(&lock));
  SAY(pthread_rwlock_tryrdlock(&lock));
  SAY(pthread_rwlock_trywrlock(&lock));
  SAY(pthread_rwlock_rdlock(&lock));
  SAY(pthread_rwlock_wrlock(&lock));
  SAY(pthread_rwlock_unlock(&lock));
  SAY(pthread_rwlock_tryrdlock(&lock));
  SAY(pthread_rwlock_unlock(&lock));
  SAY(pthread_rwlock_destroy(&lock));
}

static void barriers(void) {
  pthread_barrier_t barrier;
  pthread_spinlock_t spin;

  SAY(pthread_barrier_init(&barrier, NULL, 0));
  SAY(pthread_barrier_init(&barrier, NULL, 1));
  SAY(pthread_barrier_wait(&barrier) != PTHREAD_BARRIER_SERIAL_THREAD);
  SAY(pthread_barrier_destroy(&barrier));
  SAY(pthread_spin_init(&spin, 0));
  SAY(pthread_spin_lock(&spin));
  SAY(pthread_spin_trylock(&spin));
  SAY(pthread_spin_unlock(&spin));
  SAY(pthread_spin_trylock(&spin));
}

static void semaphores(void) {
  struct timespec then;
  sem_t semaphore;
  int value;

  SAY(sem_init(&semaphore, 0, 0x80000000u));
  SAY(sem_init(&semaphore, 0, 1));
  SAY(sem_wait(&semaphore));
  SAY(sem_trywait(&semaphore));
  then = in_ms(CLOCK_REALTIME, 20);
  SAY(sem_timedwait(&semaphore, &then));
  SAY(!is_past(CLOCK_REALTIME, &then));
  SAY(sem_post(&semaphore));
  SAY(sem_post(&semaphore));
  SAY(sem_getvalue(&semaphore, &value));
  SAY(value != 2);
  SAY(sem_timedwait(&semaphore, &then));
  SAY(sem_trywait(&semaphore));
  SAY(sem_trywait(&semaphore));
  SAY(sem_destroy(&semaphore));
}

static void attributes(void) {
  struct sched_param param = { 0 };
  pthread_attr_t attr;
  size_t size;
  void* address;
  char local;
  int state;

  SAY(pthread_attr_init(&attr));
  SAY(pthread_attr_getdetachstate(&attr, &state));
  SAY(state != PTHREAD_CREATE_JOINABLE);
  SAY(pthread_attr_setdetachstate(&attr, 9));
  SAY(pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED));
  SAY(pthread_attr_getdetachstate(&attr, &state));
  SAY(state != PTHREAD_CREATE_DETACHED);
  SAY(pthread_attr_setstacksize(&attr, 1));
  SAY(pthread_attr_setstacksize(&attr, 1 << 20));
  SAY(pthread_attr_getstacksize(&attr, &size));
  SAY(size != 1 << 20);
  SAY(pthread_attr_setscope(&attr, PTHREAD_SCOPE_PROCESS));
  SAY(pthread_attr_setinheritsched(&attr, 7));
  SAY(pthread_attr_setschedpolicy(&attr, SCHED_OTHER));
  SAY(pthread_attr_setschedparam(&attr, &param));
  SAY(pthread_attr_destroy(&attr));
  SAY(pthread_getattr_np(pthread_self(), &attr));
  SAY(pthread_attr_getstack(&attr, &address, &size));
  SAY(&local < (char*) address || &local >= (char*) address + size);
}

static int runs;

static void run_once(void) {
  runs++;
}

static void* start(void* argument) {
  return argument;
}

static void handle(int signal) {
  printf("signal %d\n", signal == SIGUSR1);
}

static void thread(void) {
  pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_key_t key;
  pthread_attr_t attr;
  int old = -1;
  mtx_t mutex;

  SAY(pthread_join(pthread_self(), NULL));
  SAY(!pthread_equal(pthread_self(), pthread_self()));
  SAY(pthread_attr_init(&attr));
  SAY(start(NULL) != NULL);
  SAY(pthread_once(&once, run_once));
  SAY(pthread_once(&once, run_once));
  SAY(runs != 1);
  SAY(pthread_key_create(&key, NULL));
  SAY(pthread_getspecific(key) != NULL);
  SAY(pthread_setspecific(key, &key));
  SAY(pthread_getspecific(key) != &key);
  SAY(pthread_key_delete(key));
  SAY(pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &old));
  SAY(old != PTHREAD_CANCEL_ENABLE);
  SAY(pthread_setcancelstate(99, &old));
  SAY(pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, &old));
  SAY(old != PTHREAD_CANCEL_DISABLE);
  SAY(pthread_kill(pthread_self(), 0));
  signal(SIGUSR1, handle);
  SAY(pthread_kill(pthread_self(), SIGUSR1));
  SAY(mtx_init(&mutex, mtx_plain | mtx_recursive) != thrd_success);
  SAY(mtx_lock(&mutex) != thrd_success);
  SAY(mtx_trylock(&mutex) != thrd_success);
  SAY(mtx_unlock(&mutex) != thrd_success);
}

static void clean(void* text) {
  printf("cleaned: %s\n", (const char*) text);
}

static void destroy(void* value) {
  printf("destroyed: %s\n", (const char*) value);
}

static void at_exit(void) {
  puts("exits");
  fflush(stdout);
}

int main(void) {
  static char value[] = "value";
  pthread_key_t key;

  mutexes();
  conditions();
  read_write_locks();
  barriers();
  semaphores();
  attributes();
  thread();
  atexit(at_exit);
  pthread_key_create(&key, destroy);
  pthread_setspecific(key, value);
  pthread_cleanup_push(clean, "first");
  pthread_cleanup_push(clean, "second");
  SAY(pthread_cancel(pthread_self()));
  pthread_testcancel();
  puts("is never printed");
  pthread_cleanup_pop(0);
  pthread_cleanup_pop(0);
  return 1;
}

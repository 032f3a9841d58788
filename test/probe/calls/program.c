/* SPDX-License-Identifier: MIT */

/* Threads, memory, libraries and other things inside of a program. */

#include "probe.h"

#include <dlfcn.h>
#include <errno.h>
#include <locale.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>


static void* body(void* arg) {
  return arg;
}


PROBE(pthread_create) {
  pthread_t thread;
  void* result;
  int value;
  int err;

  err = pthread_create(&thread, NULL, body, &value);
  code("a thread", err);
  if (err != 0)
    return;
  code("ended", pthread_join(thread, &result));
  yes("its result", result == &value);
}


PROBE(pthread_mutex_lock) {
  pthread_mutexattr_t attr;
  pthread_mutex_t mutex;

  pthread_mutex_init(&mutex, NULL);
  code("locked", pthread_mutex_lock(&mutex));
  code("tried", pthread_mutex_trylock(&mutex));
  code("unlocked", pthread_mutex_unlock(&mutex));
  code("destroyed", pthread_mutex_destroy(&mutex));
  pthread_mutexattr_init(&attr);
  pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_RECURSIVE);
  pthread_mutex_init(&mutex, &attr);
  pthread_mutex_lock(&mutex);
  code("recursive", pthread_mutex_lock(&mutex));
  code("tried", pthread_mutex_trylock(&mutex));
  pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_ERRORCHECK);
  pthread_mutex_init(&mutex, &attr);
  pthread_mutex_lock(&mutex);
  code("checked", pthread_mutex_lock(&mutex));
  code("unlocked", pthread_mutex_unlock(&mutex));
  code("unlocked again", pthread_mutex_unlock(&mutex));
}


PROBE(pthread_self) {
  yes("itself", pthread_equal(pthread_self(), pthread_self()));
}


PROBE(pthread_sigmask) {
  sigset_t mask;
  sigset_t old;

  sigemptyset(&mask);
  sigaddset(&mask, SIGUSR1);
  code("blocked", pthread_sigmask(SIG_BLOCK, &mask, NULL));
  code("asked", pthread_sigmask(SIG_SETMASK, NULL, &old));
  say("is", sigismember(&old, SIGUSR1));
  code("an unknown way", pthread_sigmask(99, &mask, NULL));
}


/* Not seen by the compiler, which could do without the memory. */
static void* volatile memory;


PROBE(malloc) {
  volatile size_t most;

  most = SIZE_MAX / 2;
  errno = 0;
  memory = malloc(most);
  say("too much", memory == NULL ? -1 : 0);
  errno = 0;
  memory = calloc(most, 3);
  say("calloc() that overflows", memory == NULL ? -1 : 0);
  errno = 0;
  memory = realloc(malloc(3), most);
  say("realloc()", memory == NULL ? -1 : 0);
  memory = malloc(100);
  yes("little", memory != NULL);
}


PROBE(dlopen) {
  void* library;

  library = dlopen("libm.so.6", RTLD_NOW);
  yes("a library", library != NULL);
  if (library == NULL)
    yes("has a reason", dlerror() != NULL);
  yes("absent", dlopen("no-such-library.so", RTLD_NOW) != NULL);
  yes("has a reason", dlerror() != NULL);
  yes("no other reason", dlerror() != NULL);
}


PROBE(dlsym) {
  yes("an unknown name", dlsym(RTLD_DEFAULT, "no_such_name") != NULL);
  yes("has a reason", dlerror() != NULL);
}


PROBE(dladdr) {
  static int data;
  Dl_info info;

  say("no address", dladdr(NULL, &info));
  yes("0 or 1", (dladdr(&data, &info) & ~1) == 0);
}


PROBE(setlocale) {
  text("C", setlocale(LC_ALL, "C"));
  text("asked", setlocale(LC_ALL, NULL));
  text("an unknown one", setlocale(LC_ALL, "no-such-locale"));
  text("of the environment", setlocale(LC_ALL, ""));
}


PROBE(syslog) {
  openlog("probe", LOG_PID, LOG_USER);
  syslog(LOG_INFO, "%s", "a message");
  closelog();
  say("goes on", 0);
}

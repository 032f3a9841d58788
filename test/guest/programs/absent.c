/* SPDX-License-Identifier: MIT */

/* Calls that no guest has: they fail, and are reported. */

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void* run(void* argument) {
  return argument;
}


int main(void) {
  pthread_t thread;

  printf("fork: %d\n", fork() < 0 && errno == ENOSYS);
  printf("fork: %d\n", fork() < 0 && errno == ENOSYS);
  printf("dlopen: %d\n", dlopen("x", RTLD_NOW) == NULL);
  printf("pthread_create: %d\n",
         pthread_create(&thread, NULL, run, NULL) == EAGAIN);
  printf("system: %d\n", system("true") < 0 && errno == ENOSYS);
  printf("acct: %d\n", acct("log") < 0 && errno == ENOSYS);

  return 0;
}

/* SPDX-License-Identifier: MIT */

/* Runs one of libuv's own tests, in place of upstream's run-tests.c, runner.c
 * and runner-unix.c: there, a test is a process and starts others. Here, a test
 * is a guest, and who runs guests is scripts/conformance.mjs.
 *
 *   tests --list          prints what there is, one line each: task, process,
 *                         1 for a helper, milliseconds the task may take
 *   tests TASK            runs a test: exits with 0, with 7 if it skipped itself
 *   tests TASK HELPER     runs a helper of that test, until it is ended
 */

#include "uv.h"
#include "runner.h"
#include "task.h"

#include "test-list.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Tests that start processes build their command from it. */
char executable_path[4096];


/* Tests expect to run in a folder of their own, which is not the root. */
#define FOLDER "/work"

/* A helper is ready for its test. */
void notify_parent_process(void) {
  fputs("\1ready\n", stderr);
}


static int list(void) {
  task_entry_t* task;

  for (task = TASKS; task->main != NULL; task++)
    printf("%s\t%s\t%d\t%d\n",
           task->task_name,
           task->process_name,
           task->is_helper,
           task->timeout);

  return 0;
}


int main(int argc, char** argv) {
  const char* process;
  task_entry_t* task;

  /* As upstream's runner does. */
  signal(SIGPIPE, SIG_IGN);
  setvbuf(stdout, NULL, _IONBF, 0);
  setvbuf(stderr, NULL, _IONBF, 0);
  argv = uv_setup_args(argc, argv);

  if (argc == 2 && strcmp(argv[1], "--list") == 0)
    return list();

  if (argc < 2 || argc > 3) {
    fputs("usage: tests --list | tests TASK [HELPER]\n", stderr);
    return 2;
  }

  if (chdir(FOLDER)) {
    perror(FOLDER);
    return 2;
  }

  process = argv[argc - 1];

  for (task = TASKS; task->main != NULL; task++)
    if (strcmp(task->task_name, argv[1]) == 0 &&
        strcmp(task->process_name, process) == 0)
      return task->main();

  fprintf(stderr, "tests: there is no %s of %s\n", process, argv[1]);
  return 2;
}

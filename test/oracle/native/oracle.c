/* SPDX-License-Identifier: MIT */

/* The program that runs scenarios:
 *
 *   oracle GROUP             every scenario, each in a new process
 *   oracle GROUP SCENARIO    one, in this process, for a debugger
 */

#include <assert.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "oracle.h"

/* Seconds that a scenario may take. */
#define PATIENCE 20


static void run_scenario(const struct scenario* scenario) {
  uv_loop_t loop;

  signal(SIGPIPE, SIG_IGN);
  assert(0 == uv_loop_init(&loop));
  scenario->run(&loop);
  uv_run(&loop, UV_RUN_DEFAULT);
  close_all(&loop);
  assert(0 == uv_loop_close(&loop));
}


static void run_apart(const struct scenario* scenario) {
  pid_t pid;
  int status;

  say("# %s", scenario->name);
  pid = fork();
  assert(pid >= 0);

  if (pid == 0) {
    alarm(PATIENCE);
    run_scenario(scenario);
    exit(0);
  }

  assert(pid == waitpid(pid, &status, 0));

  if (WIFSIGNALED(status))
    say("ended by %s",
        WTERMSIG(status) == SIGALRM ? "the deadline" : strsignal(status));
  else if (WEXITSTATUS(status) != 0)
    say("ended with %d", WEXITSTATUS(status));
}


static const struct scenario* find_group(const char* name) {
  static const struct {
    const char* name;
    const struct scenario* scenarios;
  } groups[] = {
    { "accept", scenarios_accept },
    { "alive", scenarios_alive },
    { "bind", scenarios_bind },
    { "close", scenarios_close },
    { "connect", scenarios_connect },
    { "descriptors", scenarios_descriptors },
    { "foreign", scenarios_foreign },
    { "lookup", scenarios_lookup },
    { "loop", scenarios_loop },
    { "pair", scenarios_pair },
    { "pipe", scenarios_pipe },
    { "read", scenarios_read },
    { "shutdown", scenarios_shutdown },
    { "states", scenarios_states },
    { "timer", scenarios_timer },
    { "udp", scenarios_udp },
    { "write", scenarios_write },
  };
  size_t i;

  for (i = 0; i < ARRAY_SIZE(groups); i++)
    if (strcmp(groups[i].name, name) == 0)
      return groups[i].scenarios;

  return NULL;
}


int main(int argc, char** argv) {
  const struct scenario* scenario;

  scenario = argc < 2 ? NULL : find_group(argv[1]);

  if (scenario == NULL) {
    fprintf(stderr, "usage: oracle GROUP [SCENARIO]\n");
    return 2;
  }

  for (; scenario->name != NULL; scenario++)
    if (argc < 3)
      run_apart(scenario);
    else if (strcmp(scenario->name, argv[2]) == 0)
      run_scenario(scenario);

  return 0;
}

/* What scenarios are told with, and the program that runs them:
 *
 *   oracle GROUP             every scenario, each in a process of its own
 *   oracle GROUP SCENARIO    one, in this process, for a debugger
 */

#include <assert.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "oracle.h"

/* Seconds a scenario may take. */
#define PATIENCE 5

/* A request, and what follows when it is over. */
struct task {
  union {
    uv_connect_t connect;
    uv_write_t write;
    uv_shutdown_t shutdown;
  } req;
  actor_t* actor;
  actor_cb then;
};

static int silent;
static char flood[FLOOD];
static int ends;
static int met;
static actor_cb met_then;
static struct {
  uv_tcp_t listener;
  uv_tcp_t caller;
  uv_connect_t req;
} late[2];
static actor_t* settled_actor;
static actor_cb settled_then;
static uv_process_t peer_process;
static actor_t peer_actor;
static actor_cb peer_then;

actor_t server;
actor_t client;
actor_t peer;


/* --- Telling ----------------------------------------------------------------
 */

void hush(int yes) {
  silent += yes ? 1 : -1;
}


void say(const char* format, ...) {
  va_list args;

  if (silent)
    return;

  va_start(args, format);
  vprintf(format, args);
  va_end(args);
  putchar('\n');
  fflush(stdout);
}


const char* status_name(int status) {
  return status == 0 ? "0" : uv_err_name(status);
}


int told(const actor_t* actor, const char* call, int result) {
  if (result > 0)
    say("%s %s = %d", actor->name, call, result);
  else
    say("%s %s = %s", actor->name, call, status_name(result));

  return result;
}


/* --- What actors do ---------------------------------------------------------
 */

static void finish(struct task* task, const char* event, int status) {
  actor_t* actor;
  actor_cb then;

  actor = task->actor;
  then = task->then;
  free(task);
  say("%s %s %s", actor->name, event, status_name(status));

  if (then != NULL)
    then(actor, status);
}


static struct task* task_new(actor_t* actor, actor_cb then) {
  struct task* task;

  task = calloc(1, sizeof(*task));
  assert(task != NULL);
  task->actor = actor;
  task->then = then;
  return task;
}


static int task_begun(struct task* task, const char* call, int status) {
  told(task->actor, call, status);

  if (status != 0)
    free(task);

  return status;
}


void actor_init(actor_t* actor, uv_loop_t* loop, const char* name) {
  memset(actor, 0, sizeof(*actor));
  actor->name = name;
  actor->loop = loop;
  assert(0 == uv_tcp_init(loop, &actor->tcp));
  actor->tcp.data = actor;
}


struct sockaddr_storage address_of(const char* host, int port) {
  struct sockaddr_storage storage;

  memset(&storage, 0, sizeof(storage));

  if (uv_ip4_addr(host, port, (struct sockaddr_in*) &storage) != 0)
    assert(0 == uv_ip6_addr(host, port, (struct sockaddr_in6*) &storage));

  return storage;
}


int actor_bind(actor_t* actor, const char* host, int port, unsigned int flags) {
  struct sockaddr_storage addr;

  addr = address_of(host, port);
  return told(actor,
              "bind",
              uv_tcp_bind(&actor->tcp, (struct sockaddr*) &addr, flags));
}


static void on_connection(uv_stream_t* stream, int status) {
  actor_t* actor;

  actor = stream->data;
  say("%s connection %s", actor->name, status_name(status));

  if (actor->on_connection != NULL)
    actor->on_connection(actor, status);
}


int actor_listen(actor_t* actor, actor_cb then) {
  actor->on_connection = then;
  return told(actor,
              "listen",
              uv_listen((uv_stream_t*) &actor->tcp, 128, on_connection));
}


void actor_serve(actor_t* actor, uv_loop_t* loop, actor_cb then) {
  struct sockaddr_storage addr;

  actor_init(actor, loop, "server");
  addr = address_of("127.0.0.1", 0);
  assert(0 == uv_tcp_bind(&actor->tcp, (struct sockaddr*) &addr, 0));
  assert(0 == uv_listen((uv_stream_t*) &actor->tcp, 128, on_connection));
  actor->on_connection = then;
}


int actor_accept(actor_t* actor, actor_t* peer, const char* name) {
  int err;

  actor_init(peer, actor->loop, name);
  err = uv_accept((uv_stream_t*) &actor->tcp, (uv_stream_t*) &peer->tcp);

  if (err != 0)
    uv_close((uv_handle_t*) &peer->tcp, NULL);

  return told(actor, "accept", err);
}


static void on_connect(uv_connect_t* req, int status) {
  finish((struct task*) req, "connect", status);
}


int actor_connect(actor_t* actor, const char* host, int port, actor_cb then) {
  struct sockaddr_storage addr;
  struct task* task;

  addr = address_of(host, port);
  task = task_new(actor, then);
  return task_begun(task,
                    "connect",
                    uv_tcp_connect(&task->req.connect,
                                   &actor->tcp,
                                   (struct sockaddr*) &addr,
                                   on_connect));
}


int actor_call(actor_t* actor, const actor_t* server, actor_cb then) {
  return actor_connect(actor, "127.0.0.1", actor_port(server), then);
}


static void on_alloc(uv_handle_t* handle, size_t size, uv_buf_t* buf) {
  static char slab[65536];

  *buf = uv_buf_init(slab, sizeof(slab));
}


static void on_read(uv_stream_t* stream, ssize_t nread, const uv_buf_t* buf) {
  actor_t* actor;
  size_t received;

  actor = stream->data;

  if (nread > 0)
    actor->received += nread;

  if (nread >= 0 && (actor->wanted == 0 || actor->received < actor->wanted))
    return;

  received = actor->uncounted ? 0 : actor->received;
  actor->received = 0;

  if (nread >= 0 && actor->uncounted)
    say("%s read", actor->name);
  else if (nread >= 0)
    say("%s read %u", actor->name, (unsigned int) received);
  else if (received == 0)
    say("%s read %s", actor->name, status_name(nread));
  else
    say("%s read %u %s",
        actor->name,
        (unsigned int) received,
        status_name(nread));

  if (actor->on_read != NULL)
    actor->on_read(actor, nread < 0 ? nread : 0);
}


int actor_read(actor_t* actor, size_t wanted, actor_cb then) {
  actor->wanted = wanted;
  actor->on_read = then;
  return told(actor,
              "readStart",
              uv_read_start((uv_stream_t*) &actor->tcp, on_alloc, on_read));
}


int actor_read_stop(actor_t* actor) {
  return told(actor, "readStop", uv_read_stop((uv_stream_t*) &actor->tcp));
}


static void on_write(uv_write_t* req, int status) {
  finish((struct task*) req, "write", status);
}


int actor_write(actor_t* actor, size_t length, actor_cb then) {
  struct task* task;
  uv_buf_t buf;

  assert(length <= FLOOD);
  buf = uv_buf_init(flood, length);
  task = task_new(actor, then);
  return task_begun(task,
                    "write",
                    uv_write(&task->req.write,
                             (uv_stream_t*) &actor->tcp,
                             &buf,
                             1,
                             on_write));
}


int actor_try_write(actor_t* actor, size_t length) {
  uv_buf_t buf;

  buf = uv_buf_init(flood, length);
  return told(actor,
              "tryWrite",
              uv_try_write((uv_stream_t*) &actor->tcp, &buf, 1));
}


static void on_shutdown(uv_shutdown_t* req, int status) {
  finish((struct task*) req, "shutdown", status);
}


int actor_shutdown(actor_t* actor, actor_cb then) {
  struct task* task;

  task = task_new(actor, then);
  return task_begun(task,
                    "shutdown",
                    uv_shutdown(&task->req.shutdown,
                                (uv_stream_t*) &actor->tcp,
                                on_shutdown));
}


static void on_close(uv_handle_t* handle) {
  actor_t* actor;

  actor = handle->data;
  say("%s close", actor->name);

  if (actor->on_close != NULL)
    actor->on_close(actor, 0);
}


void actor_close(actor_t* actor, actor_cb then) {
  actor->on_close = then;
  uv_close((uv_handle_t*) &actor->tcp, on_close);
}


int actor_close_reset(actor_t* actor, actor_cb then) {
  int err;

  err = uv_tcp_close_reset(&actor->tcp, on_close);

  if (err == 0)
    actor->on_close = then;

  return told(actor, "closeReset", err);
}


void actor_look(const actor_t* actor) {
  const uv_stream_t* stream;

  stream = (const uv_stream_t*) &actor->tcp;
  say("%s %s %s %s %s",
      actor->name,
      uv_is_readable(stream) ? "readable" : "not-readable",
      uv_is_writable(stream) ? "writable" : "not-writable",
      uv_is_active((const uv_handle_t*) stream) ? "active" : "not-active",
      uv_stream_get_write_queue_size(stream) > 0 ? "queue" : "no-queue");
}


static void say_name(const actor_t* actor,
                     const char* call,
                     int err,
                     const struct sockaddr_storage* addr) {
  char host[64];
  int port;

  if (err != 0) {
    say("%s %s = %s", actor->name, call, status_name(err));
    return;
  }

  assert(0 == uv_ip_name((const struct sockaddr*) addr, host, sizeof(host)));
  port = ntohs(((const struct sockaddr_in*) addr)->sin_port);
  say("%s %s = %s %s", actor->name, call, host, port == 0 ? "no port" : "port");
}


void actor_names(const actor_t* actor) {
  struct sockaddr_storage addr;
  int length;
  int err;

  length = sizeof(addr);
  err = uv_tcp_getsockname(&actor->tcp, (struct sockaddr*) &addr, &length);
  say_name(actor, "sockname", err, &addr);

  length = sizeof(addr);
  err = uv_tcp_getpeername(&actor->tcp, (struct sockaddr*) &addr, &length);
  say_name(actor, "peername", err, &addr);
}


int actor_port(const actor_t* actor) {
  struct sockaddr_storage addr;
  int length;

  length = sizeof(addr);

  if (uv_tcp_getsockname(&actor->tcp, (struct sockaddr*) &addr, &length) != 0)
    return 0;

  /* The port has the same place in both families. */
  return ntohs(((struct sockaddr_in*) &addr)->sin_port);
}


/* --- The process to speak with ----------------------------------------------
 */

static void on_peer_closed(uv_handle_t* handle) {
  if (peer_then != NULL)
    peer_then(&peer_actor, 0);
}


static void on_peer_exit(uv_process_t* process, int64_t status, int signal) {
  say("process gone");
  uv_close((uv_handle_t*) process, on_peer_closed);
}


void peer_start(const actor_t* server, const char* script, actor_cb then) {
  static char program[4096];
  static char port[16];
  char* args[4];
  uv_process_options_t options;
  size_t size;

  size = sizeof(program);
  assert(0 == uv_exepath(program, &size));
  strcpy(strrchr(program, '/'), "/peer");
  snprintf(port, sizeof(port), "%d", actor_port(server));
  args[0] = program;
  args[1] = port;
  args[2] = (char*) script;
  args[3] = NULL;
  memset(&options, 0, sizeof(options));
  options.file = program;
  options.args = args;
  options.exit_cb = on_peer_exit;
  peer_actor.loop = server->loop;
  peer_then = then;
  assert(0 == uv_spawn(server->loop, &peer_process, &options));
}


void peer_kill(void) {
  assert(0 == uv_process_kill(&peer_process, SIGKILL));
}


static void close_one(uv_handle_t* handle, void* arg) {
  if (!uv_is_closing(handle))
    uv_close(handle, NULL);
}


void close_all(uv_loop_t* loop) {
  hush(1);
  uv_walk(loop, close_one, NULL);
  uv_run(loop, UV_RUN_DEFAULT);
  hush(0);
}


/* --- How scenarios begin and end --------------------------------------------
 */

static void on_met(actor_t* actor, int status) {
  if (actor == &server) {
    server.on_connection = NULL;
    actor_accept(&server, &peer, "peer");
  }

  if (++met < 2)
    return;

  hush(0);
  met_then(&client, 0);
}


void meet(uv_loop_t* loop, actor_cb then) {
  met = 0;
  met_then = then;
  hush(1);
  actor_serve(&server, loop, on_met);
  actor_init(&client, loop, "client");
  actor_call(&client, &server, on_met);
}


static void call_late(int way);


static void on_late_connect(uv_connect_t* req, int status) {
}


static void on_late(uv_stream_t* stream, int status) {
  if (stream == (uv_stream_t*) &late[0].listener)
    call_late(1);
  else
    settled_then(settled_actor, 0);
}


static void call_late(int way) {
  struct sockaddr_storage addr;
  uv_loop_t* loop;
  uv_tcp_t* listener;
  int length;

  loop = settled_actor->loop;
  listener = &late[way].listener;
  length = sizeof(addr);
  assert(0 == uv_tcp_init(loop, listener));
  assert(0 == uv_listen((uv_stream_t*) listener, 1, on_late));
  assert(0 == uv_tcp_getsockname(listener, (struct sockaddr*) &addr, &length));
  assert(0 == uv_tcp_init(loop, &late[way].caller));
  assert(0 == uv_tcp_connect(&late[way].req,
                             &late[way].caller,
                             (struct sockaddr*) &addr,
                             on_late_connect));
}


void settle(actor_t* actor, actor_cb then) {
  settled_actor = actor;
  settled_then = then;
  call_late(0);
}


void expect_ends(int count) {
  ends = count;
}


void end(actor_t* actor, int status) {
  if (--ends <= 0)
    end_now(actor->loop);
}


void end_now(uv_loop_t* loop) {
  hush(1);
  uv_stop(loop);
}


/* --- The program ------------------------------------------------------------
 */

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
    { "bind", scenarios_bind },
    { "close", scenarios_close },
    { "connect", scenarios_connect },
    { "descriptors", scenarios_descriptors },
    { "foreign", scenarios_foreign },
    { "loop", scenarios_loop },
    { "pair", scenarios_pair },
    { "pipe", scenarios_pipe },
    { "read", scenarios_read },
    { "shutdown", scenarios_shutdown },
    { "states", scenarios_states },
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

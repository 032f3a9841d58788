/* SPDX-License-Identifier: MIT */

/* The oracle runs scenarios on native libuv and prints what happens, one line
 * for each event. test/oracle/twins/ has the same scenarios over our API, under
 * the same names; jest compares the traces.
 *
 *   client connect = EINVAL    what a call returned
 *   client connect EALREADY    what a callback was told
 *
 * Errors go by their names, ports are not told, and bytes are summed up: how
 * they are cut to pieces is nobody's promise.
 *
 * Each scenario runs in a process and on a loop of its own, so it may keep its
 * actors in static variables. What it leaves open is closed without a word.
 */

#ifndef ORACLE_H_
#define ORACLE_H_

#include "uv.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* More than the buffers of both ends can take. */
#define FLOOD (16 * 1024 * 1024)

typedef struct actor_s actor_t;
typedef void (*actor_cb)(actor_t* actor, int status);

/* A TCP handle that tells what happens to it. */
struct actor_s {
  uv_tcp_t tcp;
  const char* name;
  uv_loop_t* loop;
  size_t received;  /* Bytes that were read and not told yet. */
  size_t wanted;  /* How many bytes on_read waits for; 0 for the end. */
  int uncounted;  /* Their number is not told. */
  actor_cb on_connection;
  actor_cb on_read;
  actor_cb on_close;
};

struct scenario {
  const char* name;
  void (*run)(uv_loop_t* loop);
};

/* The scenarios of a group; the last one has no name. */
extern const struct scenario scenarios_accept[];
extern const struct scenario scenarios_alive[];
extern const struct scenario scenarios_bind[];
extern const struct scenario scenarios_close[];
extern const struct scenario scenarios_connect[];
extern const struct scenario scenarios_descriptors[];
extern const struct scenario scenarios_foreign[];
extern const struct scenario scenarios_lookup[];
extern const struct scenario scenarios_loop[];
extern const struct scenario scenarios_pair[];
extern const struct scenario scenarios_pipe[];
extern const struct scenario scenarios_read[];
extern const struct scenario scenarios_shutdown[];
extern const struct scenario scenarios_states[];
extern const struct scenario scenarios_timer[];
extern const struct scenario scenarios_udp[];
extern const struct scenario scenarios_write[];

/* Prints an event. */
void say(const char* format, ...);

/* Lets nothing be printed until it is called with 0, as many times. */
void hush(int yes);

/* The name of a status: "0", "EOF", "ECONNRESET". */
const char* status_name(int status);

/* Prints what `actor` got from `call`, and returns it. */
int told(const actor_t* actor, const char* call, int result);

/* Closes all handles of a loop and runs it until they are closed, silently. */
void close_all(uv_loop_t* loop);


/* What most scenarios begin with: `client` has connected to `server`, which has
 * accepted it into `peer`, without a word. Both of them know it when `then` is
 * called.
 */
extern actor_t server;
extern actor_t client;
extern actor_t peer;
void meet(uv_loop_t* loop, actor_cb then);

/* Calls `then` when all that was sent before has arrived, and the answer to it:
 * two connections have been made since, one after the other, to listeners of
 * their own. Once in a scenario.
 */
void settle(actor_t* actor, actor_cb then);

/* Ends a scenario: nothing is told any more. With `count` ends expected, the
 * last one does.
 */
void end(actor_t* actor, int status);
void expect_ends(int count);
void end_now(uv_loop_t* loop);


/* What actors do. `then` may be NULL. */

void actor_init(actor_t* actor, uv_loop_t* loop, const char* name);
int actor_bind(actor_t* actor, const char* host, int port, unsigned int flags);
int actor_listen(actor_t* actor, actor_cb then);

/* Binds to a free port of 127.0.0.1 and listens, which must succeed. */
void actor_serve(actor_t* actor, uv_loop_t* loop, actor_cb then);

/* Makes `peer` and accepts a connection into it. */
int actor_accept(actor_t* actor, actor_t* peer, const char* name);
int actor_connect(actor_t* actor, const char* host, int port, actor_cb then);

/* Connects to an actor that listens on 127.0.0.1. */
int actor_call(actor_t* actor, const actor_t* server, actor_cb then);

/* Tells the bytes received with the event that ends them. With `wanted` not 0
 * they are told as soon as there are so many, and that is when `then` is
 * called.
 */
int actor_read(actor_t* actor, size_t wanted, actor_cb then);
int actor_read_stop(actor_t* actor);
int actor_write(actor_t* actor, size_t length, actor_cb then);
int actor_try_write(actor_t* actor, size_t length);
int actor_shutdown(actor_t* actor, actor_cb then);
void actor_close(actor_t* actor, actor_cb then);
int actor_close_reset(actor_t* actor, actor_cb then);

/* Tells whether it is readable, writable, active, and has bytes to write. */
void actor_look(const actor_t* actor);

/* Tells its names. */
void actor_names(const actor_t* actor);

/* The local port, 0 if there is none. */
int actor_port(const actor_t* actor);

/* An address from its text. */
struct sockaddr_storage address_of(const char* host, int port);


/* A process that connects to `server` and does what `script` says, see peer.c.
 * One for each scenario. `then` is called when it is gone; until then it keeps
 * the loop alive.
 */
void peer_start(const actor_t* server, const char* script, actor_cb then);

/* Kills it with SIGKILL. */
void peer_kill(void);

#endif  /* ORACLE_H_ */

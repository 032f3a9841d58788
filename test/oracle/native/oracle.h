/* SPDX-License-Identifier: MIT */

/* The oracle runs scenarios on native libuv and prints a trace, one line for
 * each event. test/oracle/twins/ has the same scenarios over the TypeScript
 * API, under the same names; jest compares the traces.
 *
 *   client connect = EINVAL    the result of a call
 *   client connect EALREADY    the status of a callback
 *
 * Errors are printed by their names, ports are not printed, and bytes are added
 * up, since the sizes of chunks are not determined.
 *
 * Each scenario runs in a new process and on a new loop, so it may keep its
 * actors in static variables. Handles that it leaves open are closed silently.
 */

#ifndef ORACLE_H_
#define ORACLE_H_

#include "uv.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* More bytes than the buffers of both ends hold. */
#define FLOOD (16 * 1024 * 1024)

typedef struct actor_s actor_t;
typedef void (*actor_cb)(actor_t* actor, int status);

/* A TCP handle that prints its calls and its events. */
struct actor_s {
  uv_tcp_t tcp;
  const char* name;
  uv_loop_t* loop;
  size_t received;  /* Bytes that were read and not printed yet. */
  size_t wanted;  /* How many bytes on_read waits for; 0 for the end. */
  int uncounted;  /* The number of bytes is not printed. */
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

/* Stops the output until it is called with 0 the same number of times. */
void hush(int yes);

/* The name of a status: "0", "EOF", "ECONNRESET". */
const char* status_name(int status);

/* Prints the result of `call` for `actor`, and returns it. */
int told(const actor_t* actor, const char* call, int result);

/* Closes all handles of a loop and runs it until they are closed, silently. */
void close_all(uv_loop_t* loop);


/* The start of most scenarios: `client` connects to `server`, which accepts it
 * into `peer`, silently. Both ends are established when `then` is called.
 */
extern actor_t server;
extern actor_t client;
extern actor_t peer;
void meet(uv_loop_t* loop, actor_cb then);

/* Calls `then` when all bytes sent before have arrived, and the answers to
 * them: after two new connections, one after the other, to two new listeners.
 * It may be called once in a scenario.
 */
void settle(actor_t* actor, actor_cb then);

/* Ends a scenario: nothing more is printed. If `count` ends are expected, the
 * last call does.
 */
void end(actor_t* actor, int status);
void expect_ends(int count);
void end_now(uv_loop_t* loop);


/* The calls of actors. `then` may be NULL. */

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

/* Prints the number of received bytes at the end, and calls `then`. If `wanted`
 * is not 0, it does so as soon as this number was received.
 */
int actor_read(actor_t* actor, size_t wanted, actor_cb then);
int actor_read_stop(actor_t* actor);
int actor_write(actor_t* actor, size_t length, actor_cb then);
int actor_try_write(actor_t* actor, size_t length);
int actor_shutdown(actor_t* actor, actor_cb then);
void actor_close(actor_t* actor, actor_cb then);
int actor_close_reset(actor_t* actor, actor_cb then);

/* Prints whether it is readable, writable, active, and has bytes to write. */
void actor_look(const actor_t* actor);

/* Prints its sockname and its peername. */
void actor_names(const actor_t* actor);

/* The local port, 0 if there is none. */
int actor_port(const actor_t* actor);

/* An address from its text. */
struct sockaddr_storage address_of(const char* host, int port);


/* Starts a process that connects to `server` and runs `script`, see peer.c: at
 * most one for each scenario. `then` is called when it has ended; until then it
 * keeps the loop alive.
 */
void peer_start(const actor_t* server, const char* script, actor_cb then);

/* Kills the process with SIGKILL. */
void peer_kill(void);

#endif  /* ORACLE_H_ */

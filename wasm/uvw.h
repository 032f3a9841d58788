/* SPDX-License-Identifier: MIT */

/* The module's interface to TypeScript: the functions it exports (uvw_*), and
 * the callbacks it imports (uvh_on_*). Each instance has one loop.
 *
 * - A handle is an opaque pointer. The caller owns it from uvw_*_init() until
 *   on_close() has returned for it; only then is it freed. If libuv refuses to
 *   initialize a handle, uvw_*_init() returns the error instead of the pointer:
 *   a negative number, which is never a valid pointer here.
 * - `id` and `req` are the caller's names for a handle and a request. They are
 *   passed to the callbacks and have no meaning here.
 * - The results are libuv's: >= 0, or a negative UV_E*. If the call for a
 *   request fails, its callback does not run.
 * - A callback runs before the call returns only in uvw_loop_run() and in
 *   uvw_loop_walk(), never in any other function of this file.
 * - Payload never enters the module's memory: the bytes that are read or
 *   written are at UVH_PAYLOAD, see uv_host.h.
 *
 * `make check` compares this file with the module's exports and imports.
 */

#ifndef UVW_H_
#define UVW_H_

#include "uv.h"

#define UVW_EXPORT(name) __attribute__((export_name(#name)))

#define UVW_IMPORT(name)                                                      \
  __attribute__((import_module("uv_face_1"), import_name(#name)))

/* The most bytes that one on_read() reports: more than a host delivers at once.
 * Nothing is allocated for it.
 */
#define UVW_READ_SIZE 1048576

/* The size of uvw_scratch(), in bytes. */
#define UVW_SCRATCH_SIZE 1024

/* `family` is AF_INET or AF_INET6, or another family with an empty `host`. All
 * numbers are in host byte order. With IPv4, `flowinfo` and `scope_id` are 0.
 */
struct uvw_address {
  int family;
  int port;
  unsigned int flowinfo;
  unsigned int scope_id;
  char host[48];
};


/* The module itself. */

/* Constants, sizes and error names, as JSON. Static; may be called before any
 * other function.
 */
UVW_EXPORT(uvw_describe)
const char* uvw_describe(void);

/* The description of a status. Static. */
UVW_EXPORT(uvw_strerror)
const char* uvw_strerror(int status);

/* A buffer of UVW_SCRATCH_SIZE bytes for the arguments of one call. Static; no
 * function keeps a pointer into it.
 */
UVW_EXPORT(uvw_scratch)
char* uvw_scratch(void);

/* The number of allocated memory blocks: 0 after a successful uvw_loop_close().
 */
UVW_EXPORT(uvw_heap_blocks)
int uvw_heap_blocks(void);

/* The caller owns the block and frees it with uvw_free(). NULL if memory is
 * short.
 */
UVW_EXPORT(uvw_malloc)
void* uvw_malloc(size_t size);

/* Frees a block of uvw_malloc(), or does nothing for NULL. */
UVW_EXPORT(uvw_free)
void uvw_free(void* block);


/* The loop. */

/* Must be called before all functions below. UV_EALREADY while the loop is
 * open, UV_ENOMEM, and the errors of uvh_pipe().
 */
UVW_EXPORT(uvw_loop_init)
int uvw_loop_init(void);

/* UV_EBUSY while a handle is not closed or its on_close() has not run,
 * UV_EINVAL if the loop is not open. uvw_loop_init() may be called again
 * afterwards.
 */
UVW_EXPORT(uvw_loop_close)
int uvw_loop_close(void);

/* Runs the loop: `mode` is UV_RUN_DEFAULT, UV_RUN_ONCE or UV_RUN_NOWAIT. Every
 * callback may run before it returns; none of them may call it. Returns
 * UVP_* of uvp.h.
 */
UVW_EXPORT(uvw_loop_run)
int uvw_loop_run(int mode);

/* Makes uvw_loop_run() return as soon as possible. */
UVW_EXPORT(uvw_loop_stop)
void uvw_loop_stop(void);

/* Whether there are active and referenced handles, requests, or handles that
 * are closing.
 */
UVW_EXPORT(uvw_loop_alive)
int uvw_loop_alive(void);

/* The loop's time in milliseconds, as of its last update. */
UVW_EXPORT(uvw_loop_now)
double uvw_loop_now(void);

UVW_EXPORT(uvw_loop_update_time)
void uvw_loop_update_time(void);

/* How long the loop may be left alone, in milliseconds: -1 for no limit, 0 if
 * it has something to do immediately.
 */
UVW_EXPORT(uvw_loop_timeout)
int uvw_loop_timeout(void);

/* Calls on_walk() for each handle before it returns. */
UVW_EXPORT(uvw_loop_walk)
void uvw_loop_walk(void);

/* Stores the number of loop iterations, and of events. The idle time and the
 * number of events that had been waiting are not measured: this would cost
 * every iteration a second poll.
 */
UVW_EXPORT(uvw_loop_metrics)
void uvw_loop_metrics(double out[2]);


/* Every handle. */

/* Closes a handle; must not be called twice. The handle's requests end with
 * UV_ECANCELED, then on_close() runs, all from the loop.
 */
UVW_EXPORT(uvw_close)
void uvw_close(uv_handle_t* handle);

UVW_EXPORT(uvw_is_active)
int uvw_is_active(const uv_handle_t* handle);

UVW_EXPORT(uvw_is_closing)
int uvw_is_closing(const uv_handle_t* handle);

/* Whether the handle keeps the loop alive while it is active. */
UVW_EXPORT(uvw_has_ref)
int uvw_has_ref(const uv_handle_t* handle);

UVW_EXPORT(uvw_ref)
void uvw_ref(uv_handle_t* handle);

UVW_EXPORT(uvw_unref)
void uvw_unref(uv_handle_t* handle);

/* The descriptor. UV_EINVAL for a kind of handle that has none, UV_EBADF for a
 * handle that has none yet.
 */
UVW_EXPORT(uvw_fileno)
int uvw_fileno(const uv_handle_t* handle);

/* Makes a TCP, UDP or pipe handle take over a descriptor; it is closed with the
 * handle. UV_EEXIST if the loop watches it, UV_EBUSY if the handle has one.
 */
UVW_EXPORT(uvw_open)
int uvw_open(uv_handle_t* handle, int fd);

/* Sets SO_SNDBUF to `value` bytes and returns it, or returns the present value
 * if `value` is 0. UV_EBADF without a socket, UV_ENOTSUP for other handles.
 */
UVW_EXPORT(uvw_send_buffer_size)
int uvw_send_buffer_size(uv_handle_t* handle, int value);

/* The same for SO_RCVBUF. */
UVW_EXPORT(uvw_recv_buffer_size)
int uvw_recv_buffer_size(uv_handle_t* handle, int value);


/* Streams. */

/* Makes on_connection() run for each connection that is ready. A second call
 * changes the backlog. UV_EINVAL for a stream that is connected or was asked to
 * connect.
 */
UVW_EXPORT(uvw_listen)
int uvw_listen(uv_stream_t* server, int backlog);

/* Accepts the waiting connection into `client`, which must be newly
 * initialized. UV_EAGAIN if none is waiting.
 */
UVW_EXPORT(uvw_accept)
int uvw_accept(uv_stream_t* server, uv_stream_t* client);

/* Makes on_read() run until uvw_read_stop(). UV_EALREADY if the stream is
 * reading, UV_EINVAL while closing, UV_ENOTCONN.
 */
UVW_EXPORT(uvw_read_start)
int uvw_read_start(uv_stream_t* stream);

UVW_EXPORT(uvw_read_stop)
int uvw_read_stop(uv_stream_t* stream);

/* Writes the bytes that the host holds for the request; on_write() reports
 * completion. `weight` is 0 for a request without bytes and 1 for any other:
 * the host counts the bytes, see UVH_PAYLOAD in uv_host.h. UV_EPIPE after a
 * shutdown, UV_EBADF without a connection, UV_EINVAL for another weight.
 */
UVW_EXPORT(uvw_write)
int uvw_write(uv_stream_t* stream, int req, int weight);

/* Writes as many of the `length` bytes that the host lends as possible without
 * waiting, and returns their number. UV_EAGAIN if that is none, UV_EINVAL for a
 * length beyond INT_MAX.
 */
UVW_EXPORT(uvw_try_write)
int uvw_try_write(uv_stream_t* stream, unsigned int length);

/* Shuts down the outgoing direction after all writes; on_shutdown() reports
 * completion. UV_ENOTCONN.
 */
UVW_EXPORT(uvw_shutdown)
int uvw_shutdown(uv_stream_t* stream, int req);

UVW_EXPORT(uvw_is_readable)
int uvw_is_readable(const uv_stream_t* stream);

UVW_EXPORT(uvw_is_writable)
int uvw_is_writable(const uv_stream_t* stream);


/* TCP. `host` is an address in text form, and is only read during the call. */

/* Binds a TCP or UDP handle to a local address. `flags` are those of
 * uv_tcp_bind() or uv_udp_bind(). UV_EINVAL for a host that is not an address,
 * or a handle that is bound; UV_EADDRINUSE, which for TCP a later call may
 * report instead, UV_EADDRNOTAVAIL, UV_EACCES, UV_ENOTSUP.
 */
UVW_EXPORT(uvw_bind)
int uvw_bind(uv_handle_t* handle,
             const char* host,
             int port,
             unsigned int flowinfo,
             unsigned int scope_id,
             unsigned int flags);

/* Stores the local address of a TCP or UDP handle at `out`, which the caller
 * owns.
 */
UVW_EXPORT(uvw_getsockname)
int uvw_getsockname(const uv_handle_t* handle, struct uvw_address* out);

/* The peer's address. */
UVW_EXPORT(uvw_getpeername)
int uvw_getpeername(const uv_handle_t* handle, struct uvw_address* out);

/* `flags` is AF_UNSPEC, or a family for which the socket is created at once. */
UVW_EXPORT(uvw_tcp_init)
uv_tcp_t* uvw_tcp_init(int id, unsigned int flags);

/* uvw_open() with the descriptor of another handle, which has just connected.
 * That handle can only be closed afterwards.
 */
UVW_EXPORT(uvw_tcp_adopt)
int uvw_tcp_adopt(uv_tcp_t* tcp, uv_tcp_t* from);

/* on_connect() reports the outcome, including a refused connection. UV_EINVAL
 * for a host that is not an address, UV_EALREADY while connecting, UV_EISCONN
 * for a handle that listens.
 */
UVW_EXPORT(uvw_tcp_connect)
int uvw_tcp_connect(uv_tcp_t* tcp,
                    int req,
                    const char* host,
                    int port,
                    unsigned int flowinfo,
                    unsigned int scope_id);

UVW_EXPORT(uvw_tcp_nodelay)
int uvw_tcp_nodelay(uv_tcp_t* tcp, int enable);

/* `delay` is in seconds; UV_EINVAL if it is 0 and keep-alive is enabled. */
UVW_EXPORT(uvw_tcp_keepalive)
int uvw_tcp_keepalive(uv_tcp_t* tcp, int enable, unsigned int delay);

UVW_EXPORT(uvw_tcp_simultaneous_accepts)
int uvw_tcp_simultaneous_accepts(uv_tcp_t* tcp, int enable);

/* Like uvw_close(), but the peer sees a reset. On an error the handle is not
 * closed: UV_EINVAL while a shutdown is pending, UV_EBADF without a socket.
 */
UVW_EXPORT(uvw_tcp_close_reset)
int uvw_tcp_close_reset(uv_tcp_t* tcp);

/* Stores two connected descriptors at `fds`, for uvw_open(). */
UVW_EXPORT(uvw_socketpair)
int uvw_socketpair(int fds[2]);


/* UDP. Here `host` may also be NULL, for no address. */

/* `flags` is AF_UNSPEC, or a family for which the socket is created at once. */
UVW_EXPORT(uvw_udp_init)
uv_udp_t* uvw_udp_init(int id, unsigned int flags);

/* NULL disconnects. UV_EISCONN, UV_ENOTCONN, UV_EINVAL for a host that is not
 * an address.
 */
UVW_EXPORT(uvw_udp_connect)
int uvw_udp_connect(uv_udp_t* udp,
                    const char* host,
                    int port,
                    unsigned int flowinfo,
                    unsigned int scope_id);

/* Sends the `length` bytes that the host holds for the request `req`, which
 * must stay there until on_udp_send() reports completion. NULL sends to the
 * connected peer. UV_EISCONN if there is both a peer and an address,
 * UV_EDESTADDRREQ if there is neither, UV_EINVAL for a host that is not an
 * address.
 */
UVW_EXPORT(uvw_udp_send)
int uvw_udp_send(uv_udp_t* udp,
                 int req,
                 unsigned int length,
                 const char* host,
                 int port,
                 unsigned int flowinfo,
                 unsigned int scope_id);

/* The same without waiting, with the bytes of request 0. UV_EAGAIN if there is
 * no room, and the errors that on_udp_send() would report.
 */
UVW_EXPORT(uvw_udp_try_send)
int uvw_udp_try_send(uv_udp_t* udp,
                     unsigned int length,
                     const char* host,
                     int port,
                     unsigned int flowinfo,
                     unsigned int scope_id);

/* Makes on_message() run until uvw_udp_recv_stop(). UV_EALREADY if it does
 * already.
 */
UVW_EXPORT(uvw_udp_recv_start)
int uvw_udp_recv_start(uv_udp_t* udp);

UVW_EXPORT(uvw_udp_recv_stop)
int uvw_udp_recv_stop(uv_udp_t* udp);

/* These need a socket: UV_EBADF without one. */
UVW_EXPORT(uvw_udp_set_broadcast)
int uvw_udp_set_broadcast(uv_udp_t* udp, int on);

UVW_EXPORT(uvw_udp_set_ttl)
int uvw_udp_set_ttl(uv_udp_t* udp, int ttl);

UVW_EXPORT(uvw_udp_set_multicast_ttl)
int uvw_udp_set_multicast_ttl(uv_udp_t* udp, int ttl);

UVW_EXPORT(uvw_udp_set_multicast_loop)
int uvw_udp_set_multicast_loop(uv_udp_t* udp, int on);

/* `iface` is an address of an interface, or NULL to let the system choose. */
UVW_EXPORT(uvw_udp_set_multicast_interface)
int uvw_udp_set_multicast_interface(uv_udp_t* udp, const char* iface);

/* Joins a group or leaves it; `source` is NULL for all senders. */
UVW_EXPORT(uvw_udp_set_membership)
int uvw_udp_set_membership(uv_udp_t* udp,
                           const char* group,
                           const char* iface,
                           const char* source,
                           int join);

/* The number of messages queued for sending. */
UVW_EXPORT(uvw_udp_send_queue_count)
unsigned int uvw_udp_send_queue_count(const uv_udp_t* udp);


/* Pipes. `name` is a path of `len` bytes, and is only read during the call. */

UVW_EXPORT(uvw_pipe_init)
uv_pipe_t* uvw_pipe_init(int id);

/* `flags` is 0 or UV_PIPE_NO_TRUNCATE. UV_EADDRINUSE, UV_EACCES (also for a
 * directory that does not exist), UV_EINVAL if the pipe is bound already.
 */
UVW_EXPORT(uvw_pipe_bind)
int uvw_pipe_bind(uv_pipe_t* pipe,
                  const char* name,
                  size_t len,
                  unsigned int flags);

/* on_connect() reports the outcome, including a refused connection. UV_EINVAL
 * for an invalid name or a pipe that listens, UV_EALREADY while connecting.
 */
UVW_EXPORT(uvw_pipe_connect)
int uvw_pipe_connect(uv_pipe_t* pipe,
                     int req,
                     const char* name,
                     size_t len,
                     unsigned int flags);

/* Stores the path at `out`, which the caller owns and which has
 * UVW_SCRATCH_SIZE bytes, and returns its length; 0 for no path.
 */
UVW_EXPORT(uvw_pipe_getsockname)
int uvw_pipe_getsockname(const uv_pipe_t* pipe, char* out);

/* The peer's path. */
UVW_EXPORT(uvw_pipe_getpeername)
int uvw_pipe_getpeername(const uv_pipe_t* pipe, char* out);

/* `mode` holds UV_READABLE and UV_WRITABLE, for all users. */
UVW_EXPORT(uvw_pipe_chmod)
int uvw_pipe_chmod(uv_pipe_t* pipe, int mode);


/* Timers. Times are in milliseconds. */

UVW_EXPORT(uvw_timer_init)
uv_timer_t* uvw_timer_init(int id);

/* Makes on_timer() run after `timeout`, then every `repeat` unless that is 0.
 * UV_EINVAL while closing.
 */
UVW_EXPORT(uvw_timer_start)
int uvw_timer_start(uv_timer_t* timer, double timeout, double repeat);

UVW_EXPORT(uvw_timer_stop)
int uvw_timer_stop(uv_timer_t* timer);

/* Restarts the timer with its repeat value. UV_EINVAL if it was never started.
 */
UVW_EXPORT(uvw_timer_again)
int uvw_timer_again(uv_timer_t* timer);

UVW_EXPORT(uvw_timer_set_repeat)
void uvw_timer_set_repeat(uv_timer_t* timer, double repeat);

UVW_EXPORT(uvw_timer_get_repeat)
double uvw_timer_get_repeat(const uv_timer_t* timer);

/* The time left, 0 if the timer has expired. */
UVW_EXPORT(uvw_timer_due_in)
double uvw_timer_due_in(const uv_timer_t* timer);


/* Async handles, and the watchers of the loop's three phases. */

/* Active from the start. */
UVW_EXPORT(uvw_async_init)
uv_async_t* uvw_async_init(int id);

/* Makes on_async() run from the loop, once for all preceding calls. */
UVW_EXPORT(uvw_async_send)
int uvw_async_send(uv_async_t* async);

UVW_EXPORT(uvw_idle_init)
uv_idle_t* uvw_idle_init(int id);

UVW_EXPORT(uvw_idle_start)
int uvw_idle_start(uv_idle_t* idle);

UVW_EXPORT(uvw_idle_stop)
int uvw_idle_stop(uv_idle_t* idle);

UVW_EXPORT(uvw_prepare_init)
uv_prepare_t* uvw_prepare_init(int id);

UVW_EXPORT(uvw_prepare_start)
int uvw_prepare_start(uv_prepare_t* prepare);

UVW_EXPORT(uvw_prepare_stop)
int uvw_prepare_stop(uv_prepare_t* prepare);

UVW_EXPORT(uvw_check_init)
uv_check_t* uvw_check_init(int id);

UVW_EXPORT(uvw_check_start)
int uvw_check_start(uv_check_t* check);

UVW_EXPORT(uvw_check_stop)
int uvw_check_stop(uv_check_t* check);


/* Callbacks. None may throw; each may call any function except uvw_loop_run(),
 * uvw_loop_init() and uvw_loop_close().
 */

/* A connection is ready for uvw_accept(); the next one is not reported before.
 */
UVW_IMPORT(on_connection)
void uvh_on_connection(int id, int status);

/* The host holds `nread` bytes; 0 means none after all. A negative number is
 * UV_EOF or another error.
 */
UVW_IMPORT(on_read)
void uvh_on_read(int id, int nread);

/* The host holds a message of `nread` bytes. A negative number is the error of
 * a message that was sent before.
 */
UVW_IMPORT(on_message)
void uvh_on_message(int id, int nread);

UVW_IMPORT(on_udp_send)
void uvh_on_udp_send(int req, int status);

UVW_IMPORT(on_connect)
void uvh_on_connect(int req, int status);

UVW_IMPORT(on_write)
void uvh_on_write(int req, int status);

UVW_IMPORT(on_shutdown)
void uvh_on_shutdown(int req, int status);

/* The last callback of a handle, which is freed as soon as this returns. */
UVW_IMPORT(on_close)
void uvh_on_close(int id);

UVW_IMPORT(on_timer)
void uvh_on_timer(int id);

UVW_IMPORT(on_async)
void uvh_on_async(int id);

UVW_IMPORT(on_idle)
void uvh_on_idle(int id);

UVW_IMPORT(on_prepare)
void uvh_on_prepare(int id);

UVW_IMPORT(on_check)
void uvh_on_check(int id);

UVW_IMPORT(on_walk)
void uvh_on_walk(int id);

#endif  /* UVW_H_ */

/* The import ABI of libuv for WebAssembly, version 1.
 *
 * These are the questions libuv asks its operating system. A TypeScript host
 * answers them. The module name carries the version: a host that offers
 * `uv_host_1` answers all of what stands here, with these meanings.
 *
 * Rules that hold for every function:
 *
 * - The result is >= 0, or a negated errno of the C library this was compiled
 *   with. Nothing is reported through `errno`, and nothing throws.
 * - No function waits, except uvh_poll_wait() and uvh_poll() where the host can.
 * - Every pointer belongs to the caller and is only used during the call. One
 *   that is NULL or leads out of the memory is EFAULT, before anything happens.
 * - No function calls back into the module before it returns.
 * - Structures are musl's: struct sockaddr, struct iovec, struct linger.
 *
 * Descriptors that the host hands out are never below UVH_FD_FIRST, so that
 * they are told apart from those of the WASI layer (files, standard streams)
 * by one comparison. From there on they are small and dense: the lowest free
 * one is taken, as POSIX has it, because libuv indexes an array by them.
 *
 * This file is the only place where the ABI is written. `make check` compares
 * it with the compiled module's imports and with src/abi/uv-host.ts.
 */

#ifndef UV_HOST_H_
#define UV_HOST_H_

#include <poll.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/uio.h>

#define UVH_MODULE "uv_host_1"

#define UVH_IMPORT(name)                                                      \
  __attribute__((import_module(UVH_MODULE), import_name(#name)))

/* The lowest descriptor the host hands out. */
#define UVH_FD_FIRST 256

/* The base of an iovec whose bytes are not in memory at all. They stay with
 * the host: a read parks them there and gives their count, a write takes those
 * that are lent to the present call. With the number of a request added, it
 * stands for the bytes of that request, of a stream however many: a size_t could
 * not count them, so that its length is 0 for a request without bytes and 1 for
 * any other. It lies above every address that the module's memory can have, and
 * is never dereferenced.
 */
#define UVH_PAYLOAD ((char*) 0x80000000u)

/* What uvh_poll_wait() reports. `events` is a mask of POLLIN, POLLOUT,
 * POLLERR, POLLHUP and POLLRDHUP.
 */
struct uvh_event {
  int fd;
  int events;
};

/* Makes a socket. `domain` is AF_INET, AF_INET6 or AF_UNIX, `type` SOCK_STREAM
 * or, but for AF_UNIX, SOCK_DGRAM, with or without SOCK_NONBLOCK and
 * SOCK_CLOEXEC; `protocol` is 0, or IPPROTO_TCP or IPPROTO_UDP, as it fits.
 * What is said below of streams and connections is not for SOCK_DGRAM: see
 * uvh_sendto() and uvh_recvfrom(). Names of AF_UNIX are the host's, as are the
 * files that they may be. Where it has none, they are known in the same kernel
 * only, and no folder has to be there.
 * Errors: EAFNOSUPPORT, EPROTONOSUPPORT, EPROTOTYPE, EMFILE.
 */
UVH_IMPORT(socket)
int uvh_socket(int domain, int type, int protocol);

/* Makes two connected stream sockets of AF_UNIX and stores them in fds[0] and
 * fds[1]. Errors: EAFNOSUPPORT, EPROTONOSUPPORT, EMFILE.
 */
UVH_IMPORT(socketpair)
int uvh_socketpair(int domain, int type, int protocol, int* fds);

/* Makes a pipe: fds[0] reads what fds[1] writes. `flags` may hold O_NONBLOCK
 * and O_CLOEXEC. Errors: EINVAL, EMFILE.
 */
UVH_IMPORT(pipe)
int uvh_pipe(int* fds, int flags);

/* Frees a descriptor at once. Queued bytes are still sent, unless SO_LINGER
 * with a time of 0 is set or received bytes were left unread: then the peer
 * sees a reset. Errors: EBADF.
 */
UVH_IMPORT(close)
int uvh_close(int fd);

/* Gives a socket its local address; port 0 takes a free one. The answer is
 * final when the call returns. With AF_UNIX, a name that begins with NUL is
 * abstract and goes with the socket, any other stays until uvh_unlink(); none
 * takes a free abstract one. Errors: EADDRINUSE, EADDRNOTAVAIL, EACCES,
 * EAFNOSUPPORT, EINVAL (already bound, or `len` too small), ENOSPC (too many
 * names), EBADF, ENOTSOCK.
 */
UVH_IMPORT(bind)
int uvh_bind(int fd, const struct sockaddr* addr, socklen_t len);

/* Makes a socket accept connections; an unbound one is bound to the wildcard
 * address and a free port, but EINVAL with AF_UNIX. Repeating it changes the
 * backlog. Errors: EADDRINUSE, EACCES, EINVAL (connected or connecting), EBADF,
 * ENOTSOCK, EOPNOTSUPP.
 */
UVH_IMPORT(listen)
int uvh_listen(int fd, int backlog);

/* Takes the oldest waiting connection and returns its descriptor. `addr` and
 * `len` may be NULL; else the peer's address is stored, cut at *len, and *len
 * set to its whole size. `flags` may hold SOCK_NONBLOCK and SOCK_CLOEXEC.
 * Errors: EAGAIN (none waits), EINVAL (not listening, or other flags), EMFILE,
 * EBADF, ENOTSOCK.
 */
UVH_IMPORT(accept)
int uvh_accept(int fd, struct sockaddr* addr, socklen_t* len, int flags);

/* Starts to connect. EINPROGRESS is the ordinary answer: POLLOUT tells the
 * end, SO_ERROR its outcome. Where a name of AF_UNIX is the kernel's own, it is
 * connected when the call returns; EAGAIN is a full backlog then, and ENOENT a
 * name that nobody has. SOCK_DGRAM is connected at once, too: from then on it
 * sends there and hears nobody else, until it connects elsewhere, or to
 * AF_UNSPEC. Errors: EINPROGRESS, EALREADY, EISCONN,
 * ECONNABORTED (failed before: take a new socket),
 * ECONNREFUSED, ENETUNREACH, EADDRNOTAVAIL, EACCES, EAFNOSUPPORT, EAGAIN,
 * ENOENT, EINVAL, EBADF, ENOTSOCK.
 */
UVH_IMPORT(connect)
int uvh_connect(int fd, const struct sockaddr* addr, socklen_t len);

/* The local address: family and zeros while unbound. *len as in uvh_accept().
 * Errors: EBADF, ENOTSOCK.
 */
UVH_IMPORT(getsockname)
int uvh_getsockname(int fd, struct sockaddr* addr, socklen_t* len);

/* The peer's address. Errors: ENOTCONN, EBADF, ENOTSOCK. */
UVH_IMPORT(getpeername)
int uvh_getpeername(int fd, struct sockaddr* addr, socklen_t* len);

/* Reads an option; its value is cut at *len. SO_ERROR is cleared by reading it.
 * Errors: ENOPROTOOPT, EOPNOTSUPP (not for AF_UNIX), EINVAL, EBADF, ENOTSOCK.
 */
UVH_IMPORT(getsockopt)
int uvh_getsockopt(int fd, int level, int name, void* value, socklen_t* len);

/* Sets an option. One that the host cannot honour is refused, never stored
 * and forgotten. Errors: ENOPROTOOPT, EOPNOTSUPP (not for AF_UNIX), EINVAL,
 * EBADF, ENOTSOCK.
 */
UVH_IMPORT(setsockopt)
int uvh_setsockopt(int fd,
                   int level,
                   int name,
                   const void* value,
                   socklen_t len);

/* The descriptor's status flags: F_GETFL gives O_RDWR, O_RDONLY or O_WRONLY
 * with O_NONBLOCK, F_SETFL takes O_NONBLOCK. Errors: EINVAL (another
 * command), EBADF.
 */
UVH_IMPORT(fcntl)
int uvh_fcntl(int fd, int command, int argument);

/* Receives into the buffers, in order; 0 is the end of the stream. `flags`
 * may hold MSG_PEEK, which leaves the bytes where they are and takes one buffer
 * only. A buffer at UVH_PAYLOAD must be the only one: at most its length of
 * bytes is parked with the host. Errors: EAGAIN, ECONNRESET, ETIMEDOUT,
 * ENOTCONN, EINVAL (also: more than 1024 buffers, or 2 GiB), EBADF.
 */
UVH_IMPORT(readv)
int uvh_readv(int fd, const struct iovec* bufs, int nbufs, int flags);

/* Sends the buffers' bytes, in order, and returns how many were taken: fewer
 * than given where room was short. Bytes in memory are copied, and the buffers
 * are free when the call returns. Bytes from UVH_PAYLOAD on are counted when the
 * outside has taken them, so they need no copy; such a buffer must be the only
 * one, and is EFAULT where fewer are lent, or there is no such request. Of a
 * request is sent what the outside takes; the result is its length once all of
 * it is taken, and 0 while some is left. `flags` must be 0 or
 * MSG_NOSIGNAL. Errors: EAGAIN, EPIPE, ECONNRESET, ETIMEDOUT, EINVAL (as for
 * uvh_readv()), EBADF.
 */
UVH_IMPORT(writev)
int uvh_writev(int fd, const struct iovec* bufs, int nbufs, int flags);

/* Receives, as uvh_readv() does from a stream. From a UDP socket it takes one
 * message: as much of it as fits is stored, the rest is lost, and the result is
 * its whole length. `addr` and `len` are as in uvh_accept(), for the sender's
 * address; a stream stores a *len of 0. Errors: those of uvh_readv(), and of
 * what was sent before: ECONNREFUSED, ENETUNREACH, ...; ENOTSOCK.
 */
UVH_IMPORT(recvfrom)
int uvh_recvfrom(int fd,
                 const struct iovec* bufs,
                 int nbufs,
                 int flags,
                 struct sockaddr* addr,
                 socklen_t* len);

/* Sends, as uvh_writev() does on a stream. On a UDP socket the buffers are one
 * message, sent whole or not at all, to `addr` or, where that is NULL, to the
 * address it is connected to; it is bound to a free port if it has none. At
 * UVH_PAYLOAD plus the number of a request are the bytes of that request. Errors:
 * those of uvh_writev(), and of what was sent before, EMSGSIZE, EDESTADDRREQ,
 * EISCONN (an address too many), EACCES (broadcast), ENETUNREACH, EAFNOSUPPORT,
 * EINVAL (port 0), ENOTSOCK.
 */
UVH_IMPORT(sendto)
int uvh_sendto(int fd,
               const struct iovec* bufs,
               int nbufs,
               int flags,
               const struct sockaddr* addr,
               socklen_t len);

/* Closes one direction or both: SHUT_RD, SHUT_WR, SHUT_RDWR. The peer sees
 * the end after all bytes that were sent before. Errors: ENOTCONN, EINVAL,
 * EBADF, ENOTSOCK.
 */
UVH_IMPORT(shutdown)
int uvh_shutdown(int fd, int how);

/* Tells, until told otherwise, which of POLLIN, POLLOUT and POLLRDHUP
 * uvh_poll_wait() shall report for a descriptor; 0 ends the interest. POLLERR
 * and POLLHUP are reported while there is any interest. close() ends it too.
 * Errors: EBADF, EPERM (a descriptor that cannot be polled).
 */
UVH_IMPORT(poll_ctl)
int uvh_poll_ctl(int fd, int events);

/* Stores at most `max` ready descriptors and returns their number: 0 when
 * `timeout` milliseconds went by (-1: never), or at once where it is 0. A host
 * that does not wait answers EAGAIN where it would have had to: the caller
 * shall leave the loop, and will be called again. Level-triggered. An answer
 * costs what is ready, not what is watched. Errors: EAGAIN, EINVAL (`max` below
 * 1).
 */
UVH_IMPORT(poll_wait)
int uvh_poll_wait(struct uvh_event* events, int max, int timeout);

/* poll(2): looks at the descriptors given, not at those watched, and waits as
 * uvh_poll_wait() does. With no descriptors it is a sleep. Descriptors below
 * UVH_FD_FIRST are reported ready for what was asked. Errors: EAGAIN (this host
 * does not wait), EINVAL.
 */
UVH_IMPORT(poll)
int uvh_poll(struct pollfd* fds, unsigned int nfds, int timeout);

/* Removes the name of a socket of AF_UNIX, which goes on with the connections
 * that it has; somebody else may take the name. `path` has `len` bytes. Errors:
 * ENOENT (no socket's name).
 */
UVH_IMPORT(unlink)
int uvh_unlink(const char* path, size_t len);

/* Sets the permissions that go with the name of a socket of AF_UNIX. Without
 * S_IWUSR nobody can connect. Errors: ENOENT (no socket's name).
 */
UVH_IMPORT(chmod)
int uvh_chmod(const char* path, size_t len, unsigned int mode);

/* The permissions that go with the name of a socket of AF_UNIX. Errors: ENOENT
 * (no socket's name).
 */
UVH_IMPORT(stat)
int uvh_stat(const char* path, size_t len);

/* Looks up the addresses of a host: `name` is ASCII and has `len` bytes, 1 to
 * 255, `family` is AF_UNSPEC, AF_INET or AF_INET6. Addresses in numbers are not
 * to be asked for. Returns a descriptor that is readable (POLLIN) when there is
 * an answer: uvh_readv() gives it, texts with a NUL behind each of them, or
 * tells why there is none. These are the addresses, the best first.
 * uvh_close() gives the lookup up, or frees the descriptor.
 * Errors: EACCES (not granted), ENOTSUP (the host has no names), EAFNOSUPPORT,
 * EINVAL, EMFILE; of uvh_readv(): EAGAIN, ENOENT (there is no such name, or no
 * address of the family), ETIMEDOUT (it could not be found out), EIO.
 */
UVH_IMPORT(lookup)
int uvh_lookup(const char* name, size_t len, int family);

/* The same from an address to names: the answer is two texts, the host's name
 * and the name or number of the service. Errors: those of uvh_lookup().
 */
UVH_IMPORT(reverse)
int uvh_reverse(const struct sockaddr* addr, socklen_t len);

/* The number of the network interface of that name, which has `len` bytes: what
 * a zone of a link-local address means. Errors: ENODEV (none has it, or the host
 * cannot tell).
 */
UVH_IMPORT(interface_index)
int uvh_interface_index(const char* name, size_t len);

/* Monotonic time in nanoseconds, from an arbitrary start; exact to 2^53. */
UVH_IMPORT(clock)
double uvh_clock(void);

#endif  /* UV_HOST_H_ */

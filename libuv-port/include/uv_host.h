/* SPDX-License-Identifier: MIT */

/* The import ABI of libuv for WebAssembly, version 1.
 *
 * These are the functions that libuv calls instead of system calls. A
 * TypeScript host implements them.
 *
 * Compatibility: a guest that was built earlier runs on a newer host. So
 *
 * - a function is never removed, and neither its type nor what it does for a
 *   guest that is built already changes;
 * - a new function is appended to this file. A guest imports only what it uses,
 *   so that one without new functions also runs on an older host; any other is
 *   refused there with the version that it needs;
 * - what changes for all guests, without an import to tell, gets a new
 *   UVH_REVISION, and the host still serves the revisions before. A host
 *   refuses a guest with a newer revision than its own.
 *
 * uvcc writes UVH_REVISION and the version of libuv-wasm into each program (see
 * sdk/revision.c). Revision 1 are the guests without that text, from before
 * there was one: their sockets are numbered from 256. Since revision 2, a new
 * descriptor has the lowest free number.
 *
 * Rules for every function:
 *
 * - The result is >= 0, or a negated errno of the C library that this was
 *   compiled with. Nothing is reported through `errno`, and nothing throws.
 * - No function waits, except uvh_poll_wait() and uvh_poll() if the host can.
 * - The caller owns every pointer, which is only used during the call. One that
 *   is NULL or points outside of the memory is EFAULT, before anything happens.
 * - No function calls back into the module before it returns.
 * - Structures are musl's: struct sockaddr, struct iovec, struct linger.
 *
 * There is one table of descriptors: files and standard streams, which WASI
 * opens, have numbers of the same table as sockets and pipes, and every function
 * here accepts each of them, or says what it is not (ENOTSOCK). A new descriptor
 * gets the lowest free number, as POSIX requires. A module without files, like
 * the library for TypeScript, leaves the numbers below UVH_FD_FIRST to the
 * standard streams of WASI.
 *
 * This file is the only definition of the ABI. `make check` compares it with
 * the compiled module's imports and with src/abi/uv-host.ts.
 */

#ifndef UV_HOST_H_
#define UV_HOST_H_

#include <poll.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>

#define UVH_MODULE "uv_host_1"
#define UVH_REVISION 2

#define UVH_IMPORT(name)                                                      \
  __attribute__((import_module(UVH_MODULE), import_name(#name)))

/* The lowest number of a descriptor that is not a standard stream. */
#define UVH_FD_FIRST 3

/* The base of an iovec whose bytes are not in memory at all. They stay with the
 * host: a read leaves them there and returns their count, a write takes the
 * bytes that are lent to the present call. The sum of this and the number of a
 * request means the bytes of that request. A stream's request may have more of
 * them than a size_t can count, so the length of the buffer is 0 for a request
 * without bytes and 1 for any other. The base is above every address that the
 * module's memory can have, and is never dereferenced.
 */
#define UVH_PAYLOAD ((char*) 0x80000000u)

/* An event of uvh_poll_wait(). `events` is a mask of POLLIN, POLLOUT, POLLERR,
 * POLLHUP and POLLRDHUP.
 */
struct uvh_event {
  int fd;
  int events;
};

/* Creates a socket. `domain` is AF_INET, AF_INET6 or AF_UNIX, `type`
 * SOCK_STREAM, SOCK_DGRAM or, for AF_UNIX, SOCK_SEQPACKET, with or without
 * SOCK_NONBLOCK and SOCK_CLOEXEC;
 * `protocol` is 0, or the matching one of IPPROTO_TCP and IPPROTO_UDP. The
 * descriptions of streams and connections below do not apply to SOCK_DGRAM: see
 * uvh_sendto() and uvh_recvfrom(). Names of AF_UNIX are the host's, like the
 * files that they may be. If the host has no such names, and for messages,
 * they are known within the kernel only, and no directory has to exist. Errors:
 * EAFNOSUPPORT, EPROTONOSUPPORT, EPROTOTYPE, EMFILE, ENFILE.
 */
UVH_IMPORT(socket)
int uvh_socket(int domain, int type, int protocol);

/* Creates two connected sockets of AF_UNIX and stores them in fds[0] and
 * fds[1]. Errors: EAFNOSUPPORT, EPROTONOSUPPORT, EMFILE.
 */
UVH_IMPORT(socketpair)
int uvh_socketpair(int domain, int type, int protocol, int* fds);

/* Creates a pipe: fds[0] reads what fds[1] writes. `flags` may hold O_NONBLOCK
 * and O_CLOEXEC. Errors: EINVAL, EMFILE.
 */
UVH_IMPORT(pipe)
int uvh_pipe(int* fds, int flags);

/* Frees a descriptor immediately. Queued bytes are still sent, unless SO_LINGER
 * is set with a time of 0 or received bytes were left unread: then the peer
 * sees a reset. Errors: EBADF.
 */
UVH_IMPORT(close)
int uvh_close(int fd);

/* Binds a socket to a local address; port 0 selects a free one. The result is
 * final when the call returns. With AF_UNIX, a name that begins with NUL is
 * abstract and is removed with the socket, and any other remains until
 * uvh_unlink(); an empty name selects a free abstract one. Errors: EADDRINUSE,
 * EADDRNOTAVAIL, EACCES, EAFNOSUPPORT, EINVAL (already bound, or `len` too
 * small), ENOSPC (too many names), EBADF, ENOTSOCK.
 */
UVH_IMPORT(bind)
int uvh_bind(int fd, const struct sockaddr* addr, socklen_t len);

/* Makes a socket accept connections; an unbound one is bound to the wildcard
 * address and a free port, but with AF_UNIX it is EINVAL. A second call changes
 * the backlog. Errors: EADDRINUSE, EACCES, EINVAL (connected or connecting),
 * EBADF, ENOTSOCK, EOPNOTSUPP.
 */
UVH_IMPORT(listen)
int uvh_listen(int fd, int backlog);

/* Accepts the oldest waiting connection and returns its descriptor. `addr` and
 * `len` may be NULL; otherwise the peer's address is stored, truncated to *len,
 * and *len is set to its full size. `flags` may hold SOCK_NONBLOCK and
 * SOCK_CLOEXEC. Errors: EAGAIN (none is waiting), EINVAL (not listening, or
 * other flags), EMFILE, EBADF, ENOTSOCK.
 */
UVH_IMPORT(accept)
int uvh_accept(int fd, struct sockaddr* addr, socklen_t* len, int flags);

/* Starts to connect. EINPROGRESS is the usual result: POLLOUT reports
 * completion, SO_ERROR the outcome. If a name of AF_UNIX belongs to the kernel
 * itself, the socket is connected when the call returns; then EAGAIN means a
 * full backlog, and ENOENT a name that does not exist. SOCK_DGRAM is connected
 * immediately, too: from then on it sends to this address and receives from it
 * only, until it is connected to another address or to AF_UNSPEC. Errors:
 * EINPROGRESS, EALREADY, EISCONN, ECONNABORTED (has failed before: use a new
 * socket), ECONNREFUSED, ENETUNREACH, EADDRNOTAVAIL, EACCES, EAFNOSUPPORT,
 * EAGAIN, ENOENT, EINVAL, EBADF, ENOTSOCK.
 */
UVH_IMPORT(connect)
int uvh_connect(int fd, const struct sockaddr* addr, socklen_t len);

/* The local address: the family and zeros while unbound. *len as in
 * uvh_accept(). Errors: EBADF, ENOTSOCK.
 */
UVH_IMPORT(getsockname)
int uvh_getsockname(int fd, struct sockaddr* addr, socklen_t* len);

/* The peer's address. Errors: ENOTCONN, EBADF, ENOTSOCK. */
UVH_IMPORT(getpeername)
int uvh_getpeername(int fd, struct sockaddr* addr, socklen_t* len);

/* Reads an option; its value is truncated to *len. Reading SO_ERROR clears it.
 * Errors: ENOPROTOOPT, EOPNOTSUPP (not for AF_UNIX), EINVAL, EBADF, ENOTSOCK.
 */
UVH_IMPORT(getsockopt)
int uvh_getsockopt(int fd, int level, int name, void* value, socklen_t* len);

/* Sets an option. One that the host cannot apply is refused, never stored and
 * ignored. Errors: ENOPROTOOPT, EOPNOTSUPP (not for AF_UNIX), EINVAL, EBADF,
 * ENOTSOCK.
 */
UVH_IMPORT(setsockopt)
int uvh_setsockopt(int fd,
                   int level,
                   int name,
                   const void* value,
                   socklen_t len);

/* The flags of a descriptor and its numbers. F_GETFL returns O_RDWR, O_RDONLY or
 * O_WRONLY with O_NONBLOCK and O_APPEND, F_SETFL sets those two; F_GETFD and
 * F_SETFD are about FD_CLOEXEC, which is only stored, since nothing is executed;
 * F_DUPFD and F_DUPFD_CLOEXEC add the lowest free number from `argument` on.
 * FIONREAD and TIOCOUTQ, which are commands of ioctl(), return how many bytes
 * were received or sent and still wait. Errors: EINVAL (another command, or a
 * number that cannot exist), ENOTTY (no such bytes), EMFILE, EBADF.
 */
UVH_IMPORT(fcntl)
int uvh_fcntl(int fd, int command, int argument);

/* Lets the number `to` refer to what `fd` refers to, and closes what it referred
 * to before; returns `to`. With the same number twice nothing happens. `flags`
 * may hold O_CLOEXEC. Errors: EBADF (also: `to` cannot be a number), EINVAL,
 * EMFILE.
 */
UVH_IMPORT(dup)
int uvh_dup(int fd, int to, int flags);

/* The functions of epoll(7), eventfd(2) and timerfd_create(2), as on Linux. The
 * structure of epoll is musl's. uvh_epoll_wait() does not wait: an instance is
 * readable, for uvh_poll(), while it has events to report.
 *
 * Errors: EBADF, EINVAL, EMFILE; of uvh_epoll_ctl() also EEXIST, ENOENT, EPERM (a
 * file is always ready), ELOOP (instances that watch each other, or more than 5
 * levels).
 */
UVH_IMPORT(epoll_create)
int uvh_epoll_create(int flags);

UVH_IMPORT(epoll_ctl)
int uvh_epoll_ctl(int epoll, int command, int fd, struct epoll_event* event);

UVH_IMPORT(epoll_wait)
int uvh_epoll_wait(int epoll, struct epoll_event* events, int max);

UVH_IMPORT(eventfd)
int uvh_eventfd(unsigned int value, int flags);

/* What a timer is set to, in nanoseconds: see struct itimerspec. */
struct uvh_timer {
  double value;
  double interval;
};

/* Absolute times are those of CLOCK_REALTIME, or of uvh_clock(). */
UVH_IMPORT(timerfd_create)
int uvh_timerfd_create(int realtime, int flags);

/* `old` may be NULL; otherwise the previous setting is stored. */
UVH_IMPORT(timerfd_settime)
int uvh_timerfd_settime(int fd,
                        int flags,
                        const struct uvh_timer* setting,
                        struct uvh_timer* old);

UVH_IMPORT(timerfd_gettime)
int uvh_timerfd_gettime(int fd, struct uvh_timer* setting);

/* Receives into the buffers, in order; 0 is the end of the stream or file. `flags` may
 * hold MSG_PEEK, which does not consume the bytes and allows one buffer only. A
 * buffer at UVH_PAYLOAD must be the only one: at most as many bytes as its
 * length are left with the host. Errors: EAGAIN, ECONNRESET, ETIMEDOUT,
 * ENOTCONN, EINVAL (also: more than 1024 buffers, or 2 GiB), EBADF.
 */
UVH_IMPORT(readv)
int uvh_readv(int fd, const struct iovec* bufs, int nbufs, int flags);

/* Sends the buffers' bytes, in order, and returns how many were taken: fewer
 * than given if there is not enough room. Bytes in memory are copied, and the
 * buffers may be reused when the call returns. Bytes from UVH_PAYLOAD on are
 * counted when the host's platform has taken them, so they need no copy; such a
 * buffer must be the only one, and is EFAULT if fewer bytes are lent, or there
 * is no such request. As many bytes of a request are sent as the platform
 * takes; the result is the length of the buffer once all of them are taken, and
 * 0 while some are left. `flags` must be 0 or MSG_NOSIGNAL. Errors: EAGAIN,
 * EPIPE, ECONNRESET, ETIMEDOUT, EINVAL (as for uvh_readv()), EBADF.
 *
 * A standard stream in blocking mode may answer EINPROGRESS: the host has kept
 * bytes, and the outcome will be known when the descriptor is writable. A call
 * without buffers returns it: how many bytes were taken, or an error, or again
 * EINPROGRESS; with MSG_DONTWAIT the caller waits no longer, and the bytes count
 * as taken.
 */
UVH_IMPORT(writev)
int uvh_writev(int fd, const struct iovec* bufs, int nbufs, int flags);

/* Receives from a stream like uvh_readv(). From a UDP socket it receives one
 * message: as much of it as fits is stored, the rest is lost, and the result is
 * the full length. `addr` and `len` are as in uvh_accept(), for the sender's
 * address; a stream stores a *len of 0. Errors: those of uvh_readv(), and of
 * messages that were sent before: ECONNREFUSED, ENETUNREACH, ...; ENOTSOCK.
 */
UVH_IMPORT(recvfrom)
int uvh_recvfrom(int fd,
                 const struct iovec* bufs,
                 int nbufs,
                 int flags,
                 struct sockaddr* addr,
                 socklen_t* len);

/* Sends on a stream like uvh_writev(). On a UDP socket the buffers are one
 * message, which is sent as a whole or not at all, to `addr` or, if that is
 * NULL, to the connected address; an unbound socket is bound to a free port.
 * UVH_PAYLOAD plus the number of a request means the bytes of that request.
 * Errors: those of uvh_writev(), and of messages that were sent before,
 * EMSGSIZE, EDESTADDRREQ, EISCONN (both a peer and an address), EACCES
 * (broadcast), ENETUNREACH, EAFNOSUPPORT, EINVAL (port 0), ENOTSOCK.
 */
UVH_IMPORT(sendto)
int uvh_sendto(int fd,
               const struct iovec* bufs,
               int nbufs,
               int flags,
               const struct sockaddr* addr,
               socklen_t len);

/* Closes one direction or both: SHUT_RD, SHUT_WR, SHUT_RDWR. The peer sees the
 * end after all bytes that were sent before. Errors: ENOTCONN, EINVAL, EBADF,
 * ENOTSOCK.
 */
UVH_IMPORT(shutdown)
int uvh_shutdown(int fd, int how);

/* Sets which of POLLIN, POLLOUT and POLLRDHUP uvh_poll_wait() reports for a
 * descriptor, until the next call; 0 ends the interest. POLLERR and POLLHUP are
 * reported while there is any interest. close() ends it too. Errors: EBADF,
 * EPERM (a descriptor that cannot be polled).
 */
UVH_IMPORT(poll_ctl)
int uvh_poll_ctl(int fd, int events);

/* Stores at most `max` ready descriptors and returns their number: 0 after
 * `timeout` milliseconds (-1: never), or immediately if it is 0. A host that
 * does not wait returns EAGAIN where it would have to wait: then the caller has
 * to leave the loop, and will be called again. Level-triggered. The cost
 * depends on the ready descriptors, not on the watched ones. Errors: EAGAIN,
 * EINTR (a signal has arrived, see uvh_signals()), EINVAL (`max` below 1).
 */
UVH_IMPORT(poll_wait)
int uvh_poll_wait(struct uvh_event* events, int max, int timeout);

/* poll(2): checks the given descriptors, not the watched ones, and waits like
 * uvh_poll_wait(). Without descriptors it sleeps. Files are always ready. Errors:
 * EAGAIN (this host does not wait), EINTR (see uvh_signals()), EINVAL.
 */
UVH_IMPORT(poll)
int uvh_poll(struct pollfd* fds, unsigned int nfds, int timeout);

/* Removes the name of a socket of AF_UNIX, which keeps its connections; the
 * name may be used again. `path` has `len` bytes. Errors: ENOENT (not the name
 * of a socket).
 */
UVH_IMPORT(unlink)
int uvh_unlink(const char* path, size_t len);

/* Sets the permissions of the name of a socket of AF_UNIX. Without S_IWUSR,
 * connecting to it is refused. Errors: ENOENT (not the name of a socket).
 */
UVH_IMPORT(chmod)
int uvh_chmod(const char* path, size_t len, unsigned int mode);

/* The permissions of the name of a socket of AF_UNIX. Errors: ENOENT (not the
 * name of a socket).
 */
UVH_IMPORT(stat)
int uvh_stat(const char* path, size_t len);

/* Looks up the addresses of a host name: `name` is ASCII and has `len` bytes, 1
 * to 255, `family` is AF_UNSPEC, AF_INET or AF_INET6. Numeric addresses must
 * not be passed. Returns a descriptor that becomes readable (POLLIN) when the
 * result is available. Then uvh_readv() returns it: texts, each followed by a
 * NUL, here the addresses, best first; or it returns the error. uvh_close()
 * cancels the lookup, or frees the descriptor. Errors: EACCES (not granted),
 * ENOTSUP (the host has no names), EAFNOSUPPORT, EINVAL, EMFILE; of
 * uvh_readv(): EAGAIN, ENOENT (there is no such name, or no address of the
 * family), ETIMEDOUT (the name could not be resolved), EIO.
 */
UVH_IMPORT(lookup)
int uvh_lookup(const char* name, size_t len, int family);

/* The reverse, from an address to names: the result is two texts, the host's
 * name and the name or number of the service. Errors: those of uvh_lookup().
 */
UVH_IMPORT(reverse)
int uvh_reverse(const struct sockaddr* addr, socklen_t len);

/* The number of the network interface with a name of `len` bytes, which is the
 * zone of a link-local address. Errors: ENODEV (there is no such interface, or
 * the host does not know).
 */
UVH_IMPORT(interface_index)
int uvh_interface_index(const char* name, size_t len);

/* What uvh_terminal() is asked for. */
#define UVH_TERMINAL_SIZE 0
#define UVH_TERMINAL_SETTINGS 1
#define UVH_TERMINAL_CHANGE 2
#define UVH_TERMINAL_FLUSH 3

/* A request about a descriptor that is a terminal. UVH_TERMINAL_SIZE stores two
 * words in `data`, rows and columns. UVH_TERMINAL_SETTINGS stores 36 words: the
 * four flags of a struct termios, c_iflag, c_oflag, c_cflag and c_lflag, and the
 * 32 bytes of c_cc, with Linux's numbers; UVH_TERMINAL_CHANGE sets them to those
 * in `data`. UVH_TERMINAL_FLUSH drops input that was not read, and ignores
 * `data`. Errors: ENOTTY (not a terminal), ENOTSUP (the host has no means for
 * it), EINVAL (another request, or settings that the terminal does not accept),
 * EIO, EBADF.
 */
UVH_IMPORT(terminal)
int uvh_terminal(int fd, int request, unsigned int* data);

/* Says what the signals 1 to 31 do when the host sends them; bit n - 1 of a set
 * is for signal n. For those in `caught`, which have a handler or are blocked,
 * the host sets that bit in *arrived, which the program clears, and from then on
 * uvh_poll() and uvh_poll_wait() fail with EINTR until *arrived is 0. Those in
 * `ignored` but not in `caught` have no effect. All others end the program with
 * the exit code 128 + n, even while it does not call anything. Before the first
 * call `caught` is empty, and `ignored` has those that POSIX ignores by default,
 * and the stop signals of terminals. The program owns `arrived`, which the host
 * changes from now on whenever none of the program's code runs. Errors: ENOSYS
 * (this host sends no signals).
 */
UVH_IMPORT(signals)
int uvh_signals(unsigned int caught,
                unsigned int ignored,
                unsigned int* arrived);

/* Lets the host send SIGALRM once after `after` nanoseconds, not earlier, and
 * then every `interval` nanoseconds unless that is 0. Replaces the previous
 * setting; an `after` of 0 only ends it. Errors: EINVAL (negative, or not a
 * number), ENOSYS (this host sends no signals).
 */
UVH_IMPORT(alarm)
int uvh_alarm(double after, double interval);

/* Monotonic time in nanoseconds, from an arbitrary start; exact to 2^53. */
UVH_IMPORT(clock)
double uvh_clock(void);

/* Reports that the program called a function that no guest has, by its name of
 * `len` bytes, at most 64. Returns -ENOSYS. Errors: EFAULT.
 */
UVH_IMPORT(absent)
int uvh_absent(const char* name, size_t len);

/* chdir(2): makes the directory at a path of `len` bytes the working directory,
 * which stays the same directory when it is moved or removed. In the calls of
 * WASI with a path, the directory AT_FDCWD stands for it, and an absolute path
 * begins at the root, whatever the directory. Errors: ENOENT (also without a
 * file system), ENOTDIR, EACCES, ELOOP, ENAMETOOLONG.
 */
UVH_IMPORT(chdir)
int uvh_chdir(const char* path, size_t len);

/* fchdir(2). Errors: EBADF, ENOTDIR, EACCES. */
UVH_IMPORT(fchdir)
int uvh_fchdir(int fd);

/* getcwd(2): writes the path of the working directory and a NUL to `buf`, which
 * has `size` bytes. Returns the length with the NUL. Errors: ERANGE (it does
 * not fit), ENOENT (it was removed).
 */
UVH_IMPORT(getcwd)
int uvh_getcwd(char* buf, size_t size);

/* The room of the file system that has the file at a path of `len` bytes or, if
 * that is 0, the open file or directory `fd`: stores the number of bytes, of free
 * bytes, of files and of free files. Errors: EBADF, ENOSYS (no file, or one on
 * the host's disk), and of the path ENOENT, ENOTDIR, EACCES, ELOOP,
 * ENAMETOOLONG.
 */
UVH_IMPORT(statfs)
int uvh_statfs(int fd, const char* path, size_t len, uint64_t room[4]);

/* sendmsg(2): sends like uvh_sendto(), and with the bytes the descriptors of
 * SCM_RIGHTS. They reach sockets of AF_UNIX inside of this kernel, and refer to
 * what is open until they are received or dropped; those that only wait in each
 * other are closed. Sockets of the internet ignore them, as on Linux. Errors:
 * those of uvh_sendto(), EMSGSIZE (too many buffers), EOPNOTSUPP (other control
 * data, or a name of the host's), EBADF (one of the descriptors), EINVAL (more
 * than 253), ETOOMANYREFS (too many are on their way).
 */
UVH_IMPORT(sendmsg)
int uvh_sendmsg(int fd, const struct msghdr* msg, int flags);

/* recvmsg(2): receives like uvh_recvfrom(), and with the bytes the descriptors of
 * SCM_RIGHTS, which get the lowest free numbers; those for which there is no room
 * are closed. On a stream it returns no bytes after those of a message with
 * descriptors. Stores msg_namelen, msg_controllen and, of msg_flags, MSG_CTRUNC
 * and MSG_CMSG_CLOEXEC. Errors: those of uvh_recvfrom(), EMSGSIZE (too many
 * buffers).
 */
UVH_IMPORT(recvmsg)
int uvh_recvmsg(int fd, struct msghdr* msg, int flags);

/* The functions of inotify(7), as on Linux, for the file at a path of `len`
 * bytes. What this program does is reported; what other programs do to a
 * directory of the host is not. Errors: EINVAL, EMFILE; of
 * uvh_inotify_add_watch() also EBADF, EEXIST, ENOSPC (too many watches), and of
 * the path ENOENT, ENOTDIR, EACCES, ELOOP, ENAMETOOLONG; of
 * uvh_inotify_rm_watch() also EBADF.
 */
UVH_IMPORT(inotify_init)
int uvh_inotify_init(int flags);

UVH_IMPORT(inotify_add_watch)
int uvh_inotify_add_watch(int fd,
                          const char* path,
                          size_t len,
                          unsigned int mask);

UVH_IMPORT(inotify_rm_watch)
int uvh_inotify_rm_watch(int fd, int watch);

/* flock(2): locks the open file or directory that `fd` refers to against others
 * of the same file in this program. `operation` is LOCK_SH, LOCK_EX or LOCK_UN,
 * with or without LOCK_NB, which makes no difference: this does not wait. Other
 * kinds of descriptors are never locked by others. Errors: EAGAIN (locked by
 * another), EINVAL, EBADF.
 */
UVH_IMPORT(flock)
int uvh_flock(int fd, int operation);

/* Returns how many numbers a descriptor can have, which are those below that
 * limit; and if `limit` is not negative, sets it, but not above the host's.
 */
UVH_IMPORT(descriptor_limit)
int uvh_descriptor_limit(int limit);

/* Lets `length` bytes at `address`, which have the contents of the open file
 * `fd` from `offset` on, follow what this program writes to the file, until a
 * call with the same address and a length of 0. The file has to stay open.
 * Errors: EBADF, EFAULT, EINVAL, ENODEV (not a file), ENOMEM (1024 of
 * them).
 */
UVH_IMPORT(map)
int uvh_map(int fd, double offset, char* address, size_t length);

/* How many timers a program has, and the bit of *arrived (see uvh_signals()) that
 * says that at least one has expired.
 */
#define UVH_TIMERS 32
#define UVH_TIMER_BIT 0x80000000u

/* Sets the timer with the number `timer`, 1 to UVH_TIMERS, like uvh_alarm(). When
 * it expires, the host does what uvh_signals() says of `signum`; but if that is
 * caught, it sets UVH_TIMER_BIT and not that of the signal. The `signum` 32 stands
 * for all real-time signals, which are always caught. Errors: EINVAL (a number
 * out of range, or no time), ENOSYS (this host sends no signals).
 */
UVH_IMPORT(timer)
int uvh_timer(int timer, int signum, double after, double interval);

#endif  /* UV_HOST_H_ */

/**
 * The import module `uv_host_1`: the system calls that libuv makes. Semantics, owners and errors are documented in
 * `libuv-port/include/uv_host.h`; `make check` compares that header with this file.
 */

import type { Signature } from './signature.js'

/** The name of the import module, including its version. */
export const UV_HOST_MODULE = 'uv_host_1'

/**
 * One function per system call. Numbers are C's `int`, pointers are addresses in the module's memory. A result is 0
 * or more, or a negated errno of the module's C library.
 */
export interface UvHost {
  socket(domain: number, type: number, protocol: number): number
  socketpair(domain: number, type: number, protocol: number, fds: number): number
  pipe(fds: number, flags: number): number
  close(fd: number): number
  bind(fd: number, addr: number, len: number): number
  listen(fd: number, backlog: number): number
  accept(fd: number, addr: number, len: number, flags: number): number
  connect(fd: number, addr: number, len: number): number
  getsockname(fd: number, addr: number, len: number): number
  getpeername(fd: number, addr: number, len: number): number
  getsockopt(fd: number, level: number, name: number, value: number, len: number): number
  setsockopt(fd: number, level: number, name: number, value: number, len: number): number
  fcntl(fd: number, command: number, argument: number): number
  dup(fd: number, to: number, flags: number): number
  epoll_create(flags: number): number
  epoll_ctl(epoll: number, command: number, fd: number, event: number): number
  epoll_wait(epoll: number, events: number, max: number): number
  eventfd(value: number, flags: number): number
  timerfd_create(realtime: number, flags: number): number
  timerfd_settime(fd: number, flags: number, setting: number, old: number): number
  timerfd_gettime(fd: number, setting: number): number
  readv(fd: number, bufs: number, nbufs: number, flags: number): number
  writev(fd: number, bufs: number, nbufs: number, flags: number): number
  recvfrom(fd: number, bufs: number, nbufs: number, flags: number, addr: number, len: number): number
  sendto(fd: number, bufs: number, nbufs: number, flags: number, addr: number, len: number): number
  shutdown(fd: number, how: number): number
  poll_ctl(fd: number, events: number): number
  poll_wait(events: number, max: number, timeout: number): number
  poll(fds: number, nfds: number, timeout: number): number
  unlink(path: number, len: number): number
  chmod(path: number, len: number, mode: number): number
  stat(path: number, len: number): number
  lookup(name: number, len: number, family: number): number
  reverse(addr: number, len: number): number
  interface_index(name: number, len: number): number
  terminal(fd: number, request: number, data: number): number
  signals(caught: number, ignored: number, arrived: number): number
  alarm(after: number, interval: number): number
  clock(): number
  absent(name: number, len: number): number
  chdir(path: number, len: number): number
  fchdir(fd: number): number
  getcwd(buf: number, size: number): number
  statfs(fd: number, path: number, len: number, room: number): number
  sendmsg(fd: number, message: number, flags: number): number
  recvmsg(fd: number, message: number, flags: number): number
  inotify_init(flags: number): number
  inotify_add_watch(fd: number, path: number, len: number, mask: number): number
  inotify_rm_watch(fd: number, watch: number): number
  flock(fd: number, operation: number): number
  descriptor_limit(limit: number): number
  map(fd: number, offset: number, address: number, length: number): number
  timer(timer: number, signal: number, after: number, interval: number): number
}

/**
 * The calls that need files, which a kernel does not have: about the working directory, the room for files, their
 * locks and mappings, and those that watch files.
 */
export type FileCalls = Pick<UvHost, (typeof FILE_CALLS)[number]>

/** The names of {@link FileCalls}. */
export const FILE_CALLS = [
  'chdir',
  'fchdir',
  'getcwd',
  'statfs',
  'flock',
  'map',
  'inotify_init',
  'inotify_add_watch',
  'inotify_rm_watch',
] as const

/** The calls that a kernel answers. */
export type KernelCalls = Omit<UvHost, keyof FileCalls | 'absent'>

/** Those of them that libuv makes for its handles. The others are made for programs, by their C library. */
export type LibuvCalls = Omit<
  KernelCalls,
  | 'epoll_create'
  | 'epoll_ctl'
  | 'epoll_wait'
  | 'eventfd'
  | 'timerfd_create'
  | 'timerfd_settime'
  | 'timerfd_gettime'
  | 'terminal'
  | 'sendmsg'
  | 'recvmsg'
  | 'signals'
  | 'alarm'
  | 'timer'
>

/** The signatures of these functions. */
export const UV_HOST_TYPES: Readonly<Record<keyof UvHost, Signature>> = {
  socket: 'iii:i',
  socketpair: 'iiii:i',
  pipe: 'ii:i',
  close: 'i:i',
  bind: 'iii:i',
  listen: 'ii:i',
  accept: 'iiii:i',
  connect: 'iii:i',
  getsockname: 'iii:i',
  getpeername: 'iii:i',
  getsockopt: 'iiiii:i',
  setsockopt: 'iiiii:i',
  fcntl: 'iii:i',
  dup: 'iii:i',
  epoll_create: 'i:i',
  epoll_ctl: 'iiii:i',
  epoll_wait: 'iii:i',
  eventfd: 'ii:i',
  timerfd_create: 'ii:i',
  timerfd_settime: 'iiii:i',
  timerfd_gettime: 'ii:i',
  readv: 'iiii:i',
  writev: 'iiii:i',
  recvfrom: 'iiiiii:i',
  sendto: 'iiiiii:i',
  shutdown: 'ii:i',
  poll_ctl: 'ii:i',
  poll_wait: 'iii:i',
  poll: 'iii:i',
  unlink: 'ii:i',
  chmod: 'iii:i',
  stat: 'ii:i',
  lookup: 'iii:i',
  reverse: 'ii:i',
  interface_index: 'ii:i',
  terminal: 'iii:i',
  signals: 'iii:i',
  alarm: 'dd:i',
  clock: ':d',
  absent: 'ii:i',
  chdir: 'ii:i',
  fchdir: 'i:i',
  getcwd: 'ii:i',
  statfs: 'iiii:i',
  sendmsg: 'iii:i',
  recvmsg: 'iii:i',
  inotify_init: 'i:i',
  inotify_add_watch: 'iiii:i',
  inotify_rm_watch: 'ii:i',
  flock: 'ii:i',
  descriptor_limit: 'i:i',
  map: 'idii:i',
  timer: 'iidd:i',
}

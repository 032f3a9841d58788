/**
 * The system calls of `uv_host_1` over a kernel: everything here is translation, from the C library's numbers and structures
 * to ours and back. No call throws, none waits.
 */
import type { Description } from '../abi/description.js'
import type { ErrnoName } from '../abi/errno.js'
import type { Memory } from '../abi/memory.js'
import type { UvHost } from '../abi/uv-host.js'
import type { Descriptor, Result } from './descriptor.js'
import type { Kernel } from './kernel.js'
import { PollMask } from './poll-mask.js'
import { SockaddrCodec } from './sockaddr.js'
import { OptionCodec } from './sockopt.js'

/** Who decides how long libuv's turn goes on. */
export interface Turns {
  /** Whether the turn has used up its budget, so that others come first. */
  readonly spent: boolean
  /** What to answer when nothing is ready: 0, or EAGAIN to leave the loop. `timeout` is in milliseconds, -1 for ever. */
  park(timeout: number): Result
}

/** What the system calls are made over. */
export interface SyscallSurroundings {
  readonly kernel: Kernel
  readonly memory: Memory
  readonly abi: Description
  readonly turns: Turns
  /** Told when our own code threw; the caller has got EIO. */
  readonly onDefect: (error: unknown) => void
}

/**
 * The functions of the import module `uv_host_1` for one instance.
 *
 * @param find - gives what they work on. An instance needs its imports before it has a memory, so this is asked at the first
 *   call, not before.
 */
export function createUvHost(find: () => SyscallSurroundings): UvHost {
  let made: Syscalls | undefined

  /** A result as C has it. An address outside the memory is the caller's mistake, everything else that throws is ours. */
  const answer = (call: (calls: Syscalls) => Result): number => {
    made ??= new Syscalls(find())
    const { errno } = made.abi
    try {
      const result = call(made)
      return typeof result === 'string' ? -errno[result] : result
    } catch (error) {
      if (error instanceof RangeError) return -errno.EFAULT
      made.onDefect(error)
      return -errno.EIO
    }
  }

  return {
    socket: (domain, type, protocol) => answer((calls) => calls.socket(domain, type, protocol)),
    socketpair: (domain, type, protocol, fds) => answer((calls) => calls.socketpair(domain, type, protocol, fds)),
    pipe: (fds, flags) => answer((calls) => calls.pipe(fds, flags)),
    close: (fd) => answer((calls) => calls.close(fd)),
    bind: (fd, addr, len) => answer((calls) => calls.bind(fd, addr, len)),
    listen: (fd, backlog) => answer((calls) => calls.listen(fd, backlog)),
    accept: (fd, addr, len, flags) => answer((calls) => calls.accept(fd, addr, len, flags)),
    connect: (fd, addr, len) => answer((calls) => calls.connect(fd, addr, len)),
    getsockname: (fd, addr, len) => answer((calls) => calls.getsockname(fd, addr, len)),
    getpeername: (fd, addr, len) => answer((calls) => calls.getpeername(fd, addr, len)),
    getsockopt: (fd, level, name, value, len) => answer((calls) => calls.getsockopt(fd, level, name, value, len)),
    setsockopt: (fd, level, name, value, len) => answer((calls) => calls.setsockopt(fd, level, name, value, len)),
    fcntl: (fd, command, argument) => answer((calls) => calls.fcntl(fd, command, argument)),
    readv: (fd, bufs, nbufs, flags) => answer((calls) => calls.readv(fd, bufs, nbufs, flags)),
    writev: (fd, bufs, nbufs, flags) => answer((calls) => calls.writev(fd, bufs, nbufs, flags)),
    shutdown: (fd, how) => answer((calls) => calls.shutdown(fd, how)),
    poll_ctl: (fd, events) => answer((calls) => calls.pollCtl(fd, events)),
    poll_wait: (events, max, timeout) => answer((calls) => calls.pollWait(events, max, timeout)),
    poll: (fds, nfds, timeout) => answer((calls) => calls.poll(fds, nfds, timeout)),
    clock: () => find().kernel.host.clock(),
  }
}

/** The calls themselves. */
class Syscalls {
  readonly #kernel: Kernel
  readonly #memory: Memory
  readonly abi: Description
  readonly onDefect: (error: unknown) => void
  readonly #turns: Turns
  readonly #addresses: SockaddrCodec
  readonly #options: OptionCodec
  readonly #mask: PollMask
  /** Where `pollWait` puts what it collects. */
  #events = 0
  readonly #report = (index: number, fd: number, events: number): void => {
    const { size, fd: fdAt, events: eventsAt } = this.abi.layout.uvh_event
    const at = this.#events + index * size
    this.#memory.setI32(at + fdAt, fd)
    this.#memory.setI32(at + eventsAt, this.#mask.toGuest(events))
  }

  constructor({ kernel, memory, abi, turns, onDefect }: SyscallSurroundings) {
    this.#kernel = kernel
    this.#memory = memory
    this.abi = abi
    this.onDefect = onDefect
    this.#turns = turns
    this.#addresses = new SockaddrCodec(abi, memory)
    this.#options = new OptionCodec(abi, memory)
    this.#mask = new PollMask(abi)
  }

  socket(domain: number, type: number, protocol: number): Result {
    const { AF_INET, AF_INET6, IPPROTO_TCP, SOCK_STREAM } = this.abi.constants
    if (domain !== AF_INET && domain !== AF_INET6) return 'EAFNOSUPPORT'
    if (this.#kind(type) !== SOCK_STREAM) return 'EPROTONOSUPPORT'
    if (protocol !== 0 && protocol !== IPPROTO_TCP) return 'EPROTONOSUPPORT'
    const socket = this.#kernel.socket(domain === AF_INET ? 'ipv4' : 'ipv6')
    if (typeof socket === 'string') return socket
    socket.nonBlocking = this.#nonBlocking(type)
    return socket.fd
  }

  socketpair(domain: number, type: number, protocol: number, fds: number): Result {
    const { AF_UNIX, SOCK_STREAM } = this.abi.constants
    if (domain !== AF_UNIX) return 'EAFNOSUPPORT'
    if (this.#kind(type) !== SOCK_STREAM || protocol !== 0) return 'EPROTONOSUPPORT'
    return this.#pair('sockets', this.#nonBlocking(type), fds)
  }

  pipe(fds: number, flags: number): Result {
    return this.#pair('pipe', (flags & this.abi.constants.O_NONBLOCK) !== 0, fds)
  }

  close(fd: number): Result {
    const descriptor = this.#kernel.get(fd)
    if (descriptor === undefined) return 'EBADF'
    this.#kernel.close(descriptor)
    return 0
  }

  bind(fd: number, addr: number, len: number): Result {
    const socket = this.#socket(fd)
    if (typeof socket === 'string') return socket
    const address = this.#addresses.read(addr, len)
    return typeof address === 'string' ? address : socket.bind(address)
  }

  listen(fd: number, backlog: number): Result {
    const socket = this.#socket(fd)
    return typeof socket === 'string' ? socket : socket.listen(backlog)
  }

  accept(fd: number, addr: number, len: number, flags: number): Result {
    const socket = this.#socket(fd)
    if (typeof socket === 'string') return socket
    const accepted = this.#kernel.accept(socket)
    if (typeof accepted === 'string') return accepted
    accepted.nonBlocking = this.#nonBlocking(flags)
    if (addr !== 0) {
      const peer = accepted.peerAddress()
      if (typeof peer !== 'string') this.#addresses.write(peer, addr, len)
    }
    return accepted.fd
  }

  connect(fd: number, addr: number, len: number): Result {
    const socket = this.#socket(fd)
    if (typeof socket === 'string') return socket
    const address = this.#addresses.read(addr, len)
    return typeof address === 'string' ? address : socket.connect(address)
  }

  getsockname(fd: number, addr: number, len: number): Result {
    const socket = this.#socket(fd)
    if (typeof socket === 'string') return socket
    const address = socket.localAddress()
    if (typeof address === 'string') return address
    this.#addresses.write(address, addr, len)
    return 0
  }

  getpeername(fd: number, addr: number, len: number): Result {
    const socket = this.#socket(fd)
    if (typeof socket === 'string') return socket
    const address = socket.peerAddress()
    if (typeof address === 'string') return address
    this.#addresses.write(address, addr, len)
    return 0
  }

  getsockopt(fd: number, level: number, name: number, value: number, len: number): Result {
    const socket = this.#socket(fd)
    return typeof socket === 'string' ? socket : this.#options.get(socket, level, name, value, len)
  }

  setsockopt(fd: number, level: number, name: number, value: number, len: number): Result {
    const socket = this.#socket(fd)
    return typeof socket === 'string' ? socket : this.#options.set(socket, level, name, value, len)
  }

  fcntl(fd: number, command: number, argument: number): Result {
    const { F_GETFL, F_SETFL, O_NONBLOCK, O_RDONLY, O_RDWR, O_WRONLY } = this.abi.constants
    const descriptor = this.#kernel.get(fd)
    if (descriptor === undefined) return 'EBADF'
    if (command === F_GETFL) {
      const access = { read: O_RDONLY, write: O_WRONLY, both: O_RDWR }[descriptor.access]
      return access | (descriptor.nonBlocking ? O_NONBLOCK : 0)
    }
    if (command !== F_SETFL) return 'EINVAL'
    descriptor.nonBlocking = (argument & O_NONBLOCK) !== 0
    return 0
  }

  readv(fd: number, bufs: number, nbufs: number, flags: number): Result {
    const { MSG_DONTWAIT, MSG_PEEK, UVH_PAYLOAD } = this.abi.constants
    const { size, iov_base, iov_len } = this.abi.layout.iovec
    const descriptor = this.#kernel.get(fd)
    if (descriptor === undefined) return 'EBADF'
    if ((flags & ~(MSG_PEEK | MSG_DONTWAIT)) !== 0) return 'EINVAL'
    const peek = (flags & MSG_PEEK) !== 0
    if (peek && nbufs !== 1) return 'EINVAL'
    let done = 0
    for (let i = 0; i < nbufs; i++) {
      const base = this.#memory.u32(bufs + i * size + iov_base)
      const length = this.#memory.u32(bufs + i * size + iov_len)
      if (base === UVH_PAYLOAD) return nbufs === 1 && !peek ? this.#readPayload(descriptor, length) : 'EINVAL'
      if (!this.#memory.contains(base, length)) return done > 0 ? done : 'EFAULT'
      const count = descriptor.read(this.#memory.heap, base, length, peek)
      if (typeof count === 'string') return done > 0 ? done : count
      done += count
      if (count < length) break
    }
    return done
  }

  writev(fd: number, bufs: number, nbufs: number, flags: number): Result {
    const { MSG_NOSIGNAL, MSG_DONTWAIT, UVH_PAYLOAD } = this.abi.constants
    const { size, iov_base, iov_len } = this.abi.layout.iovec
    const descriptor = this.#kernel.get(fd)
    if (descriptor === undefined) return 'EBADF'
    if ((flags & ~(MSG_NOSIGNAL | MSG_DONTWAIT)) !== 0) return 'EINVAL'
    let done = 0
    for (let i = 0; i < nbufs; i++) {
      const base = this.#memory.u32(bufs + i * size + iov_base)
      const length = this.#memory.u32(bufs + i * size + iov_len)
      const inMemory = base < UVH_PAYLOAD
      if (inMemory && !this.#memory.contains(base, length)) return done > 0 ? done : 'EFAULT'
      const count = inMemory ? descriptor.write(this.#memory.heap, base, length) : descriptor.writePayload(length)
      if (typeof count === 'string') return done > 0 ? done : count
      done += count
      if (count < length) break
    }
    return done
  }

  shutdown(fd: number, how: number): Result {
    const { SHUT_RD, SHUT_RDWR, SHUT_WR } = this.abi.constants
    const socket = this.#socket(fd)
    if (typeof socket === 'string') return socket
    if (how !== SHUT_RD && how !== SHUT_WR && how !== SHUT_RDWR) return 'EINVAL'
    return socket.shutdown(how !== SHUT_WR, how !== SHUT_RD)
  }

  pollCtl(fd: number, events: number): Result {
    const descriptor = this.#kernel.get(fd)
    if (descriptor === undefined) return 'EBADF'
    this.#kernel.readiness.watch(descriptor, this.#mask.fromGuest(events))
    return 0
  }

  pollWait(events: number, max: number, timeout: number): Result {
    this.#kernel.turn++
    if (this.#turns.spent) return 'EAGAIN'
    this.#events = events
    const count = this.#kernel.readiness.collect(max, this.#report)
    return count > 0 ? count : this.#turns.park(timeout)
  }

  poll(fds: number, nfds: number, timeout: number): Result {
    const { size, fd: fdAt, events: eventsAt, revents: reventsAt } = this.abi.layout.pollfd
    if (!this.#memory.contains(fds, nfds * size)) return 'EFAULT'
    let ready = 0
    for (let at = fds; at < fds + nfds * size; at += size) {
      const revents = this.#revents(this.#memory.i32(at + fdAt), this.#memory.u16(at + eventsAt))
      this.#memory.setU16(at + reventsAt, revents)
      if (revents !== 0) ready++
    }
    return ready > 0 ? ready : this.#turns.park(timeout)
  }

  /** What one entry of `poll()` is answered, in the guest's bits. */
  #revents(fd: number, events: number): number {
    const { POLLERR, POLLHUP, POLLNVAL, UVH_FD_FIRST } = this.abi.constants
    if (fd < 0) return 0
    // Files and standard streams are always ready.
    if (fd < UVH_FD_FIRST) return events & ~(POLLERR | POLLHUP | POLLNVAL)
    const descriptor = this.#kernel.get(fd)
    if (descriptor === undefined) return POLLNVAL
    return this.#mask.toGuest(descriptor.readiness()) & (events | POLLERR | POLLHUP)
  }

  #readPayload(descriptor: Descriptor, max: number): Result {
    const payload = descriptor.readPayload(max)
    if (typeof payload === 'string') return payload
    this.#kernel.payload = payload
    return payload.length
  }

  #pair(kind: 'sockets' | 'pipe', nonBlocking: boolean, fds: number): Result {
    if (!this.#memory.contains(fds, 8)) return 'EFAULT'
    const ends = this.#kernel.pair(kind)
    if (typeof ends === 'string') return ends
    for (const [index, end] of ends.entries()) {
      end.nonBlocking = nonBlocking
      this.#memory.setI32(fds + 4 * index, end.fd)
    }
    return 0
  }

  #socket(fd: number): Descriptor | ErrnoName {
    const descriptor = this.#kernel.get(fd)
    if (descriptor === undefined) return 'EBADF'
    return descriptor.domain === undefined ? 'ENOTSOCK' : descriptor
  }

  #kind(type: number): number {
    return type & ~(this.abi.constants.SOCK_NONBLOCK | this.abi.constants.SOCK_CLOEXEC)
  }

  #nonBlocking(type: number): boolean {
    return (type & this.abi.constants.SOCK_NONBLOCK) !== 0
  }
}

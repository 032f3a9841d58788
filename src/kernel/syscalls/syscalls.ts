/**
 * The system calls of `uv_host_1` on top of a kernel. Everything here converts between the C library's numbers and
 * structures and the kernel's terms. No call throws, and none waits.
 */
import { type Description, errnoNumber } from '../../abi/description.js'
import type { Memory } from '../../abi/memory.js'
import type { KernelCalls } from '../../abi/uv-host.js'
import type { ErrnoName } from '../../base/errno.js'
import { HostError } from '../../host/contract/error.js'
import { ByteDescriptor, type Descriptor, type Result, type SocketType } from '../descriptor.js'
import type { Kernel } from '../kernel.js'
import { DatagramSocket } from '../sockets/datagram-socket.js'
import type { SyscallContext } from './context.js'
import { ControlCalls } from './control.js'
import { EventCalls } from './events.js'
import { LookupCalls } from './lookups.js'
import { MessageFlags } from './message-flags.js'
import { Messages } from './messages.js'
import { NumberCalls } from './numbers.js'
import { PathCalls } from './paths.js'
import { PollCalls } from './poll.js'
import { SignalSetting } from './signals.js'
import { SockaddrCodec } from './sockaddr.js'
import { SocketKinds } from './socket-kinds.js'
import { OptionCodec } from './sockopt-codec.js'
import { TerminalCalls } from './terminals.js'
import { Transfer } from './transfer.js'

/**
 * A system call: takes the guest's numbers and returns a result in the kernel's terms. A call with fewer parameters
 * ignores the other numbers.
 */
type Call = (calls: Syscalls, a: number, b: number, c: number, d: number, e: number, f: number) => Result

/**
 * The functions of the import module `uv_host_1` for one instance.
 *
 * @param find - returns the context. An instance needs its imports before it has a memory, so this is called at the
 *   first system call, not earlier.
 */
export function createUvHost(find: () => SyscallContext): KernelCalls {
  let made: Syscalls | undefined
  const make = (): Syscalls => {
    made ??= new Syscalls(find())
    return made
  }

  /** Wraps a call for C: an error becomes a number, and nothing is thrown. */
  const guarded =
    (call: Call) =>
    (a = 0, b = 0, c = 0, d = 0, e = 0, f = 0): number => {
      const calls = made ?? make()
      try {
        return calls.answer(call(calls, a, b, c, d, e, f))
      } catch (error) {
        return calls.failed(error)
      }
    }

  return {
    socket: guarded((calls, domain, type, protocol) => calls.socket(domain, type, protocol)),
    socketpair: guarded((calls, domain, type, protocol, fds) => calls.socketpair(domain, type, protocol, fds)),
    pipe: guarded((calls, fds, flags) => calls.pipe(fds, flags)),
    close: guarded((calls, fd) => calls.close(fd)),
    bind: guarded((calls, fd, addr, len) => calls.bind(fd, addr, len)),
    listen: guarded((calls, fd, backlog) => calls.listen(fd, backlog)),
    accept: guarded((calls, fd, addr, len, flags) => calls.accept(fd, addr, len, flags)),
    connect: guarded((calls, fd, addr, len) => calls.connect(fd, addr, len)),
    getsockname: guarded((calls, fd, addr, len) => calls.getsockname(fd, addr, len)),
    getpeername: guarded((calls, fd, addr, len) => calls.getpeername(fd, addr, len)),
    getsockopt: guarded((calls, fd, level, name, value, len) => calls.getsockopt(fd, level, name, value, len)),
    setsockopt: guarded((calls, fd, level, name, value, len) => calls.setsockopt(fd, level, name, value, len)),
    fcntl: guarded((calls, fd, command, argument) => calls.numbers.fcntl(fd, command, argument)),
    ...eventCalls(guarded),
    dup: guarded((calls, fd, to, flags) => calls.numbers.dup(fd, to, flags)),
    descriptor_limit: guarded((calls, limit) => calls.numbers.limit(limit)),
    shutdown: guarded((calls, fd, how) => calls.shutdown(fd, how)),
    poll_ctl: guarded((calls, fd, events) => calls.polls.watch(fd, events)),
    unlink: guarded((calls, path, len) => calls.paths.unlink(path, len)),
    chmod: guarded((calls, path, len, mode) => calls.paths.chmod(path, len, mode)),
    stat: guarded((calls, path, len) => calls.paths.stat(path, len)),
    lookup: guarded((calls, name, len, family) => calls.names.lookup(name, len, family)),
    reverse: guarded((calls, addr, len) => calls.names.reverse(addr, len)),
    interface_index: guarded((calls, name, len) => calls.names.interfaceIndex(name, len)),
    terminal: guarded((calls, fd, request, data) => calls.terminals.ask(fd, request, data)),
    sendto: guarded((calls, fd, bufs, nbufs, flags, addr, len) => calls.sendto(fd, bufs, nbufs, flags, addr, len)),
    recvfrom: guarded((calls, fd, bufs, nbufs, flags, addr, len) => calls.recvfrom(fd, bufs, nbufs, flags, addr, len)),
    sendmsg: guarded((calls, fd, message, flags) => calls.control.send(fd, message, flags)),
    recvmsg: guarded((calls, fd, message, flags) => calls.control.receive(fd, message, flags)),
    poll: guarded((calls, fds, nfds, timeout) => calls.polls.poll(fds, nfds, timeout)),
    signals: guarded((calls, caught, ignored, arrived) => calls.signals.handle(caught, ignored, arrived)),
    alarm: guarded((calls, after, interval) => calls.signals.alarm(after, interval)),
    // The calls that every message needs are written out: engines inline these, but could not inline one shared
    // wrapper.
    readv: (fd, bufs, nbufs, flags) => {
      const calls = made ?? make()
      try {
        return calls.answer(calls.readv(fd, bufs, nbufs, flags))
      } catch (error) {
        return calls.failed(error)
      }
    },
    writev: (fd, bufs, nbufs, flags) => {
      const calls = made ?? make()
      try {
        return calls.answer(calls.writev(fd, bufs, nbufs, flags))
      } catch (error) {
        return calls.failed(error)
      }
    },
    poll_wait: (events, max, timeout) => {
      const calls = made ?? make()
      try {
        return calls.answer(calls.polls.wait(events, max, timeout))
      } catch (error) {
        return calls.failed(error)
      }
    },
    clock: () => (made ?? make()).polls.readClock(),
  }
}

/** The calls about descriptors that only report events. */
function eventCalls(guarded: (call: Call) => (...values: number[]) => number) {
  return {
    epoll_create: guarded((calls, flags) => calls.events.createEpoll(flags)),
    epoll_ctl: guarded((calls, epoll, command, fd, event) => calls.events.control(epoll, command, fd, event)),
    epoll_wait: guarded((calls, epoll, events, max) => calls.events.collect(epoll, events, max)),
    eventfd: guarded((calls, value, flags) => calls.events.createCounter(value, flags)),
    timerfd_create: guarded((calls, realtime, flags) => calls.events.createTimer(realtime, flags)),
    timerfd_settime: guarded((calls, fd, flags, set, old) => calls.events.setTimer(fd, flags, set, old)),
    timerfd_gettime: guarded((calls, fd, setting) => calls.events.readTimer(fd, setting)),
  }
}

/** Implements the calls for one instance. */
class Syscalls {
  readonly control: ControlCalls
  readonly events: EventCalls
  readonly names: LookupCalls
  readonly numbers: NumberCalls
  readonly paths: PathCalls
  readonly polls: PollCalls
  readonly terminals: TerminalCalls
  readonly signals: SignalSetting
  readonly #kernel: Kernel
  readonly #memory: Memory
  readonly #abi: Description
  readonly #onDefect: (error: unknown) => void
  readonly #addresses: SockaddrCodec
  readonly #options: OptionCodec
  readonly #transfer: Transfer
  readonly #messages: Messages
  readonly #flags: MessageFlags
  /** The flags of `readv` and `writev`. */
  readonly #readFlags: number
  readonly #writeFlags: number
  readonly #kinds: SocketKinds

  constructor(context: SyscallContext) {
    const { kernel, memory, abi, onDefect } = context
    this.#kernel = kernel
    this.#memory = memory
    this.#abi = abi
    this.#onDefect = onDefect
    this.#addresses = new SockaddrCodec(abi, memory)
    this.control = new ControlCalls(
      context,
      (...values) => this.sendto(...values),
      (...values) => this.recvfrom(...values),
    )
    this.events = new EventCalls(context)
    this.numbers = new NumberCalls(kernel, abi)
    this.names = new LookupCalls(kernel, abi, memory, this.#addresses)
    this.paths = new PathCalls(kernel, this.#addresses)
    this.polls = new PollCalls(context)
    this.terminals = new TerminalCalls(kernel, memory)
    this.signals = new SignalSetting(context)
    this.#options = new OptionCodec(abi, memory, this.#addresses)
    this.#transfer = new Transfer(context)
    this.#messages = new Messages(context, this.#addresses)
    this.#flags = new MessageFlags(abi)
    const { MSG_DONTWAIT, MSG_NOSIGNAL, MSG_PEEK } = abi.constants
    this.#readFlags = MSG_PEEK | MSG_DONTWAIT
    this.#writeFlags = MSG_NOSIGNAL | MSG_DONTWAIT
    this.#kinds = new SocketKinds(abi)
  }

  /** Converts a result to C's form. */
  answer(result: Result): number {
    return typeof result === 'string' ? -errnoNumber(this.#abi, result) : result
  }

  /** The answer when a call threw: a refusal of the host, or a defect in our code or in the host. */
  failed(error: unknown): number {
    if (error instanceof HostError) return this.answer(error.code)
    this.#onDefect(error)
    return this.answer('EIO')
  }

  socket(domain: number, type: number, protocol: number): Result {
    const kind = this.#kinds.of(domain, type, protocol)
    if (typeof kind === 'string') return kind
    const socket = this.#kernel.socket(kind.domain, kind.type)
    return typeof socket === 'string' ? socket : this.#opened(socket, type)
  }

  socketpair(domain: number, type: number, protocol: number, fds: number): Result {
    const kind = this.#kinds.of(domain, type, protocol)
    if (typeof kind === 'string') return kind
    if (kind.domain !== 'unix') return 'EOPNOTSUPP'
    return this.#pair(kind.type, type, fds)
  }

  pipe(fds: number, flags: number): Result {
    return this.#kinds.knowsFlags(flags) ? this.#pair('pipe', flags, fds) : 'EINVAL'
  }

  close(fd: number): Result {
    return this.#kernel.close(fd)
  }

  bind(fd: number, addr: number, len: number): Result {
    const socket = this.#socket(fd)
    if (typeof socket === 'string') return socket
    const address = this.#addresses.read(addr, len, socket.domain)
    return typeof address === 'string' ? address : socket.bind(address)
  }

  listen(fd: number, backlog: number): Result {
    const socket = this.#socket(fd)
    return typeof socket === 'string' ? socket : socket.listen(backlog)
  }

  accept(fd: number, addr: number, len: number, flags: number): Result {
    if (!this.#kinds.knowsFlags(flags)) return 'EINVAL'
    const socket = this.#socket(fd)
    if (typeof socket === 'string') return socket
    // Checked before a connection is taken from the queue, since it would be lost if the pointer is wrong.
    const space = addr === 0 ? 0 : this.#addresses.space(addr, len)
    if (typeof space === 'string') return space
    const accepted = this.#kernel.accept(socket)
    if (typeof accepted === 'string') return accepted
    this.#opened(accepted, flags)
    // Read only if the caller wants the address: it costs the host a call.
    const origin = addr === 0 ? undefined : accepted.origin()
    if (origin !== undefined) this.#addresses.put(origin, addr, len, space)
    return accepted.fd
  }

  connect(fd: number, addr: number, len: number): Result {
    const socket = this.#socket(fd)
    if (typeof socket === 'string') return socket
    const address = this.#addresses.read(addr, len, socket.domain)
    if (address === 'EAFNOSUPPORT' && this.#addresses.isUnspecified(addr, len)) return socket.disconnect()
    return typeof address === 'string' ? address : socket.connect(address)
  }

  getsockname(fd: number, addr: number, len: number): Result {
    const socket = this.#socket(fd)
    if (typeof socket === 'string') return socket
    const address = socket.localAddress()
    return typeof address === 'string' ? address : this.#addresses.write(address, addr, len)
  }

  getpeername(fd: number, addr: number, len: number): Result {
    const socket = this.#socket(fd)
    if (typeof socket === 'string') return socket
    const address = socket.peerAddress()
    return typeof address === 'string' ? address : this.#addresses.write(address, addr, len)
  }

  getsockopt(fd: number, level: number, name: number, value: number, len: number): Result {
    const socket = this.#socket(fd)
    return typeof socket === 'string' ? socket : this.#options.get(socket, level, name, value, len)
  }

  setsockopt(fd: number, level: number, name: number, value: number, len: number): Result {
    const socket = this.#socket(fd)
    return typeof socket === 'string' ? socket : this.#options.set(socket, level, name, value, len)
  }

  readv(fd: number, bufs: number, nbufs: number, flags: number): Result {
    const descriptor = this.#kernel.get(fd)
    if (descriptor === undefined) return 'EBADF'
    if ((flags & ~this.#readFlags) !== 0) return 'EINVAL'
    return this.#read(descriptor, bufs, nbufs, flags)
  }

  recvfrom(fd: number, bufs: number, nbufs: number, flags: number, addr: number, len: number): Result {
    const socket = this.#socket(fd)
    if (typeof socket === 'string') return socket
    const refusal = this.#flags.refusesReceive(socket, flags)
    if (refusal !== undefined) return refusal
    if (socket instanceof DatagramSocket) {
      return this.#messages.receive(socket, bufs, nbufs, this.#flags.peeks(flags), addr, len)
    }
    const space = addr === 0 ? 0 : this.#addresses.space(addr, len)
    const result = typeof space === 'string' ? space : this.#read(socket, bufs, nbufs, flags)
    // On a stream everything comes from the peer, whose address is known.
    if (addr !== 0 && typeof result === 'number') this.#memory.setI32(len, 0)
    return result
  }

  sendto(fd: number, bufs: number, nbufs: number, flags: number, addr: number, len: number): Result {
    const socket = this.#socket(fd)
    if (typeof socket === 'string') return socket
    const refusal = this.#flags.refusesSend(socket, flags)
    if (refusal !== undefined) return refusal
    if (socket instanceof DatagramSocket) {
      return this.#messages.send(socket, bufs, nbufs, this.#flags.continues(flags), addr, len)
    }
    // On a stream everything goes to the peer. Like on Linux, TCP does not look at an address, and AF_UNIX forbids it.
    if (addr !== 0 && len > 0 && socket.domain === 'unix') {
      return typeof socket.peerAddress() === 'string' ? 'EOPNOTSUPP' : 'EISCONN'
    }
    return this.#write(socket, bufs, nbufs)
  }

  writev(fd: number, bufs: number, nbufs: number, flags: number): Result {
    const descriptor = this.#kernel.get(fd)
    if (descriptor === undefined) return 'EBADF'
    if ((flags & ~this.#writeFlags) !== 0) return 'EINVAL'
    if (nbufs === 0 && descriptor instanceof ByteDescriptor && descriptor.access !== 'read')
      return descriptor.outcome((flags & this.#abi.constants.MSG_DONTWAIT) === 0)
    return this.#write(descriptor, bufs, nbufs)
  }

  shutdown(fd: number, how: number): Result {
    const { SHUT_RD, SHUT_RDWR, SHUT_WR } = this.#abi.constants
    const socket = this.#socket(fd)
    if (typeof socket === 'string') return socket
    if (how !== SHUT_RD && how !== SHUT_WR && how !== SHUT_RDWR) return 'EINVAL'
    return socket.shutdown(how !== SHUT_WR, how !== SHUT_RD)
  }

  #read(from: Descriptor, bufs: number, nbufs: number, flags: number): Result {
    if (from instanceof ByteDescriptor) {
      const waits = this.#flags.waits(from, flags)
      if (this.#flags.discards(from, flags)) return this.#transfer.discard(from, bufs, nbufs)
      return this.#transfer.read(from, bufs, nbufs, this.#flags.peeks(flags), waits)
    }
    if (!(from instanceof DatagramSocket)) return from.bytesRefusal
    return this.#messages.read(from, bufs, nbufs, this.#flags.peeks(flags))
  }

  #write(to: Descriptor, bufs: number, nbufs: number): Result {
    if (to instanceof ByteDescriptor) return this.#transfer.write(to, bufs, nbufs)
    return to instanceof DatagramSocket ? this.#messages.send(to, bufs, nbufs, false, 0, 0) : to.bytesRefusal
  }

  #pair(kind: SocketType | 'pipe', flags: number, fds: number): Result {
    if (!this.#memory.contains(fds, 8)) return 'EFAULT'
    const ends = this.#kernel.pair(kind)
    if (typeof ends === 'string') return ends
    for (const [index, end] of ends.entries()) {
      this.#memory.setI32(fds + 4 * index, this.#opened(end, flags))
    }
    return 0
  }

  #socket(fd: number): Descriptor | ErrnoName {
    const descriptor = this.#kernel.get(fd)
    if (descriptor === undefined) return 'EBADF'
    return descriptor.domain === undefined ? 'ENOTSOCK' : descriptor
  }

  /** Applies the flags of a call to what it has opened. @returns the number */
  #opened(descriptor: Descriptor, flags: number): number {
    const { SOCK_CLOEXEC, SOCK_NONBLOCK } = this.#abi.constants
    descriptor.nonBlocking = (flags & SOCK_NONBLOCK) !== 0
    if ((flags & SOCK_CLOEXEC) !== 0) this.#kernel.setClosedOnExec(descriptor.fd, true)
    return descriptor.fd
  }
}

/**
 * The system calls of `uv_host_1` over a kernel: everything here is translation, from the C library's numbers and structures
 * to ours and back. No call throws, none waits.
 */
import { type Description, errnoNumber } from '../abi/description.js'
import type { ErrnoName } from '../abi/errno.js'
import type { Memory } from '../abi/memory.js'
import type { UvHost } from '../abi/uv-host.js'
import { HostError } from '../host/host.js'
import type { CancelLookup, LookupEvents } from '../host/lookup.js'
import { ByteDescriptor, type Descriptor, type Domain, type Result } from './descriptor.js'
import type { Kernel } from './kernel.js'
import { Messages } from './messages.js'
import { PathCalls } from './path-calls.js'
import { PollMask } from './poll-mask.js'
import { SockaddrCodec } from './sockaddr.js'
import { OptionCodec } from './sockopt.js'
import { Transfer } from './transfer.js'
import { UdpSocket } from './udp-socket.js'

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
  /**
   * Another number than before when time may have passed; given where a poll never waits. While it is the same, the time
   * behind a poll is the time before it, and the host's clock needs not be asked again.
   */
  readonly moment?: () => number
  /** Told when our own code threw; the caller has got EIO. */
  readonly onDefect: (error: unknown) => void
}

/** A system call: numbers of the guest in, and an answer in our terms. A call that takes fewer numbers ignores the others. */
type Call = (calls: Syscalls, a: number, b: number, c: number, d: number, e: number, f: number) => Result

/**
 * The functions of the import module `uv_host_1` for one instance.
 *
 * @param find - gives what they work on. An instance needs its imports before it has a memory, so this is asked at the first
 *   call, not before.
 */
export function createUvHost(find: () => SyscallSurroundings): UvHost {
  let made: Syscalls | undefined
  const make = (): Syscalls => {
    made ??= new Syscalls(find())
    return made
  }

  /** A call as C has it: an error is a number, and nothing throws. */
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
    fcntl: guarded((calls, fd, command, argument) => calls.fcntl(fd, command, argument)),
    shutdown: guarded((calls, fd, how) => calls.shutdown(fd, how)),
    poll_ctl: guarded((calls, fd, events) => calls.pollCtl(fd, events)),
    unlink: guarded((calls, path, len) => calls.paths.unlink(path, len)),
    chmod: guarded((calls, path, len, mode) => calls.paths.chmod(path, len, mode)),
    stat: guarded((calls, path, len) => calls.paths.stat(path, len)),
    lookup: guarded((calls, name, len, family) => calls.lookup(name, len, family)),
    reverse: guarded((calls, addr, len) => calls.reverse(addr, len)),
    sendto: guarded((calls, fd, bufs, nbufs, flags, addr, len) => calls.sendto(fd, bufs, nbufs, flags, addr, len)),
    recvfrom: guarded((calls, fd, bufs, nbufs, flags, addr, len) => calls.recvfrom(fd, bufs, nbufs, flags, addr, len)),
    poll: guarded((calls, fds, nfds, timeout) => calls.poll(fds, nfds, timeout)),
    // What every message takes is spelled out: the engine inlines these, and could not where one function serves all.
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
        return calls.answer(calls.pollWait(events, max, timeout))
      } catch (error) {
        return calls.failed(error)
      }
    },
    clock: () => (made ?? make()).clock(),
  }
}

/** The calls themselves. */
class Syscalls {
  readonly paths: PathCalls
  readonly #kernel: Kernel
  readonly #memory: Memory
  readonly #abi: Description
  readonly #onDefect: (error: unknown) => void
  readonly #turns: Turns
  readonly #addresses: SockaddrCodec
  readonly #options: OptionCodec
  readonly #transfer: Transfer
  readonly #messages: Messages
  readonly #mask: PollMask
  readonly #domains: ReadonlyMap<number, Domain>
  readonly #event: Description['layout']['uvh_event']
  readonly #moment: (() => number) | undefined
  #time = 0
  /** The moment at which the host's clock was asked. */
  #asked = -1
  /** Whether the next answer is the last one. */
  #timely = false
  /** Where `pollWait` puts what it collects. */
  #events = 0
  readonly #report = (index: number, fd: number, events: number): void => {
    const at = this.#events + index * this.#event.size
    this.#memory.setI32(at + this.#event.fd, fd)
    this.#memory.setI32(at + this.#event.events, this.#mask.toGuest(events))
  }

  constructor({ kernel, memory, abi, turns, moment, onDefect }: SyscallSurroundings) {
    this.#kernel = kernel
    this.#memory = memory
    this.#abi = abi
    this.#onDefect = onDefect
    this.#turns = turns
    this.#moment = moment
    this.#addresses = new SockaddrCodec(abi, memory)
    this.paths = new PathCalls(kernel, this.#addresses)
    this.#options = new OptionCodec(abi, memory, this.#addresses)
    this.#transfer = new Transfer(kernel, abi, memory)
    this.#messages = new Messages(kernel, abi, this.#transfer, this.#addresses)
    this.#mask = new PollMask(abi)
    this.#domains = new Map<number, Domain>([
      [abi.constants.AF_INET, 'ipv4'],
      [abi.constants.AF_INET6, 'ipv6'],
      [abi.constants.AF_UNIX, 'unix'],
    ])
    this.#event = abi.layout.uvh_event
  }

  /** A result as C has it. */
  answer(result: Result): number {
    return typeof result === 'string' ? -errnoNumber(this.#abi, result) : result
  }

  /** The answer where a call threw: a host's refusal, or a defect of ours or of the host. */
  failed(error: unknown): number {
    if (error instanceof HostError) return this.answer(error.code)
    this.#onDefect(error)
    return this.answer('EIO')
  }

  socket(domain: number, type: number, protocol: number): Result {
    const kind = this.#domains.get(domain)
    if (!this.#knowsFlags(type & ~TYPE_MASK)) return 'EINVAL'
    if (kind === undefined) return 'EAFNOSUPPORT'
    const { IPPROTO_TCP, IPPROTO_UDP, SOCK_DGRAM } = this.#abi.constants
    const datagrams = (type & TYPE_MASK) === SOCK_DGRAM
    if (!datagrams && !this.#isStream(type)) return 'EPROTONOSUPPORT'
    const own = datagrams ? IPPROTO_UDP : IPPROTO_TCP
    if (protocol !== 0 && (kind === 'unix' || protocol !== own)) return 'EPROTONOSUPPORT'
    const socket = this.#kernel.socket(kind, datagrams ? 'datagram' : 'stream')
    if (typeof socket === 'string') return socket
    socket.nonBlocking = this.#nonBlocking(type)
    return socket.fd
  }

  socketpair(domain: number, type: number, protocol: number, fds: number): Result {
    if (!this.#knowsFlags(type & ~TYPE_MASK)) return 'EINVAL'
    if (domain !== this.#abi.constants.AF_UNIX) return 'EAFNOSUPPORT'
    if (!this.#isStream(type) || protocol !== 0) return 'EPROTONOSUPPORT'
    return this.#pair('sockets', this.#nonBlocking(type), fds)
  }

  pipe(fds: number, flags: number): Result {
    const { O_CLOEXEC, O_NONBLOCK } = this.#abi.constants
    if ((flags & ~(O_CLOEXEC | O_NONBLOCK)) !== 0) return 'EINVAL'
    return this.#pair('pipe', (flags & O_NONBLOCK) !== 0, fds)
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
    if (!this.#knowsFlags(flags)) return 'EINVAL'
    const socket = this.#socket(fd)
    if (typeof socket === 'string') return socket
    // Before anything is taken from the queue, which a wrong pointer would lose.
    const wrong = addr === 0 ? undefined : this.#addresses.check(addr, len)
    if (wrong !== undefined) return wrong
    const accepted = this.#kernel.accept(socket)
    if (typeof accepted === 'string') return accepted
    accepted.nonBlocking = this.#nonBlocking(flags)
    // Asked for only where somebody wants it: it costs the host a call.
    const origin = addr === 0 ? undefined : accepted.origin()
    if (origin !== undefined) this.#addresses.write(origin, addr, len)
    return accepted.fd
  }

  connect(fd: number, addr: number, len: number): Result {
    const socket = this.#socket(fd)
    if (typeof socket === 'string') return socket
    const address = this.#addresses.read(addr, len)
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

  fcntl(fd: number, command: number, argument: number): Result {
    const { F_GETFL, F_SETFL, O_NONBLOCK, O_RDONLY, O_RDWR, O_WRONLY } = this.#abi.constants
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
    const { MSG_DONTWAIT, MSG_PEEK } = this.#abi.constants
    const descriptor = this.#kernel.get(fd)
    if (descriptor === undefined) return 'EBADF'
    if ((flags & ~(MSG_PEEK | MSG_DONTWAIT)) !== 0) return 'EINVAL'
    const peek = (flags & MSG_PEEK) !== 0
    if (descriptor instanceof ByteDescriptor) return this.#transfer.read(descriptor, bufs, nbufs, peek)
    return this.#readMessage(descriptor, bufs, nbufs, peek)
  }

  recvfrom(fd: number, bufs: number, nbufs: number, flags: number, addr: number, len: number): Result {
    const { MSG_DONTWAIT, MSG_PEEK } = this.#abi.constants
    const descriptor = this.#socket(fd)
    if (typeof descriptor === 'string') return descriptor
    if ((flags & ~(MSG_PEEK | MSG_DONTWAIT)) !== 0) return 'EINVAL'
    const peek = (flags & MSG_PEEK) !== 0
    if (descriptor instanceof UdpSocket) return this.#messages.receive(descriptor, bufs, nbufs, peek, addr, len)
    const wrong = addr === 0 ? undefined : this.#addresses.check(addr, len)
    const result = wrong ?? this.readv(fd, bufs, nbufs, flags)
    // Of a stream everything comes from the peer, whose address is known.
    if (addr !== 0 && typeof result === 'number') this.#memory.setI32(len, 0)
    return result
  }

  sendto(fd: number, bufs: number, nbufs: number, flags: number, addr: number, len: number): Result {
    const { MSG_DONTWAIT, MSG_NOSIGNAL } = this.#abi.constants
    const descriptor = this.#socket(fd)
    if (typeof descriptor === 'string') return descriptor
    if ((flags & ~(MSG_NOSIGNAL | MSG_DONTWAIT)) !== 0) return 'EINVAL'
    if (descriptor instanceof UdpSocket) return this.#messages.send(descriptor, bufs, nbufs, addr, len)
    return addr === 0 ? this.writev(fd, bufs, nbufs, flags) : 'EISCONN'
  }

  writev(fd: number, bufs: number, nbufs: number, flags: number): Result {
    const { MSG_DONTWAIT, MSG_NOSIGNAL } = this.#abi.constants
    const descriptor = this.#kernel.get(fd)
    if (descriptor === undefined) return 'EBADF'
    if ((flags & ~(MSG_NOSIGNAL | MSG_DONTWAIT)) !== 0) return 'EINVAL'
    if (descriptor instanceof ByteDescriptor) return this.#transfer.write(descriptor, bufs, nbufs)
    return descriptor instanceof UdpSocket ? this.#messages.send(descriptor, bufs, nbufs, 0, 0) : 'EINVAL'
  }

  shutdown(fd: number, how: number): Result {
    const { SHUT_RD, SHUT_RDWR, SHUT_WR } = this.#abi.constants
    const socket = this.#socket(fd)
    if (typeof socket === 'string') return socket
    if (how !== SHUT_RD && how !== SHUT_WR && how !== SHUT_RDWR) return 'EINVAL'
    return socket.shutdown(how !== SHUT_WR, how !== SHUT_RD)
  }

  lookup(at: number, length: number, family: number): Result {
    const { AF_INET, AF_INET6, AF_UNSPEC } = this.#abi.constants
    if (!this.#memory.contains(at, length)) return 'EFAULT'
    if (length < 1 || length > NAME_MAX) return 'EINVAL'
    if (family !== AF_UNSPEC && family !== AF_INET && family !== AF_INET6) return 'EAFNOSUPPORT'
    const name = String.fromCharCode(...this.#memory.heap.subarray(at, at + length))
    if (!GRAPHIC.test(name)) return 'ENOENT'
    const wanted = family === AF_UNSPEC ? 'any' : family === AF_INET ? 'ipv4' : 'ipv6'
    return this.#begin((events) => this.#kernel.host.lookup(name, wanted, events))
  }

  reverse(addr: number, len: number): Result {
    const address = this.#addresses.read(addr, len)
    if (typeof address === 'string') return address
    if (address.family === 'unix') return 'EAFNOSUPPORT'
    return this.#begin((events) => this.#kernel.host.reverse(address, events))
  }

  pollCtl(fd: number, events: number): Result {
    const descriptor = this.#kernel.get(fd)
    if (descriptor === undefined) return 'EBADF'
    this.#kernel.readiness.watch(descriptor, this.#mask.fromGuest(events))
    return 0
  }

  pollWait(events: number, max: number, timeout: number): Result {
    if (max <= 0) return 'EINVAL'
    if (!this.#memory.contains(events, max * this.#abi.layout.uvh_event.size)) return 'EFAULT'
    this.#kernel.turn++
    this.#timely = this.#moment !== undefined && this.#moment() === this.#asked
    if (this.#turns.spent) return 'EAGAIN'
    this.#events = events
    const count = this.#kernel.readiness.collect(max, this.#report)
    return count > 0 ? count : this.#turns.park(timeout)
  }

  poll(fds: number, nfds: number, timeout: number): Result {
    const { size, fd: fdAt, events: eventsAt, revents: reventsAt } = this.#abi.layout.pollfd
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
    const { POLLERR, POLLHUP, POLLNVAL, UVH_FD_FIRST } = this.#abi.constants
    if (fd < 0) return 0
    // Files and standard streams are always ready.
    if (fd < UVH_FD_FIRST) return events & ~(POLLERR | POLLHUP | POLLNVAL)
    const descriptor = this.#kernel.get(fd)
    if (descriptor === undefined) return POLLNVAL
    return this.#mask.toGuest(descriptor.readiness()) & (events | POLLERR | POLLHUP)
  }

  /** Time stands still where the host fails to tell it: libuv's must never go back. */
  clock(): number {
    if (this.#timely) {
      this.#timely = false
      return this.#time
    }
    if (this.#moment !== undefined) this.#asked = this.#moment()
    try {
      this.#time = this.#kernel.host.clock()
    } catch (error) {
      this.#onDefect(error)
    }
    return this.#time
  }

  #begin(ask: (events: LookupEvents) => CancelLookup): Result {
    const lookup = this.#kernel.lookup(ask)
    return typeof lookup === 'string' ? lookup : lookup.fd
  }

  /** `readv()` of a message: what finds no room in the buffers is lost. */
  #readMessage(descriptor: Descriptor, bufs: number, nbufs: number, peek: boolean): Result {
    if (!(descriptor instanceof UdpSocket)) return 'EINVAL'
    const length = this.#messages.receive(descriptor, bufs, nbufs, peek, 0, 0)
    const room = this.#transfer.measure(bufs, nbufs)
    return typeof length === 'number' && typeof room === 'number' ? Math.min(length, room) : length
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

  #knowsFlags(flags: number): boolean {
    return (flags & ~(this.#abi.constants.SOCK_NONBLOCK | this.#abi.constants.SOCK_CLOEXEC)) === 0
  }

  #isStream(type: number): boolean {
    return (type & TYPE_MASK) === this.#abi.constants.SOCK_STREAM
  }

  #nonBlocking(flags: number): boolean {
    return (flags & this.#abi.constants.SOCK_NONBLOCK) !== 0
  }
}

/** The bits of a socket's type that are no flags, as on Linux. */
const TYPE_MASK = 0xf

/** The longest name of a host (RFC 1035, section 2.3.4). */
const NAME_MAX = 255

/** What the name of a host can consist of at all: visible ASCII. */
const GRAPHIC = /^[!-~]+$/

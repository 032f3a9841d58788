/**
 * System calls of `uv_host_1` on top of a kernel. Everything here converts between the C library's numbers and
 * structures and the kernel's terms. None waits.
 */
import { type Description, errnoNumber } from '../../abi/description.js'
import type { Memory } from '../../abi/memory.js'
import type { ErrnoName } from '../../base/errno.js'
import { HostError } from '../../host/contract/error.js'
import { ByteDescriptor, type Descriptor, type Result, type SocketType } from '../descriptor.js'
import type { Kernel } from '../kernel.js'
import { DatagramSocket } from '../sockets/datagram-socket.js'
import type { SyscallContext } from './context.js'
import { LookupCalls } from './lookups.js'
import { MessageFlags } from './message-flags.js'
import { Messages } from './messages.js'
import { NumberCalls } from './numbers.js'
import { PathCalls } from './paths.js'
import { PollCalls } from './poll.js'
import { SockaddrCodec } from './sockaddr.js'
import { SocketKinds } from './socket-kinds.js'
import { OptionCodec } from './sockopt-codec.js'
import { Transfer } from './transfer.js'

/** Implements the calls that libuv makes, for one instance. */
export class Syscalls {
  readonly names: LookupCalls
  readonly numbers: NumberCalls
  readonly paths: PathCalls
  readonly polls: PollCalls
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
    this.numbers = new NumberCalls(kernel, abi)
    this.names = new LookupCalls(kernel, abi, memory, this.#addresses)
    this.paths = new PathCalls(kernel, this.#addresses)
    this.polls = new PollCalls(context)
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

  /** `socket`. */
  socket(domain: number, type: number, protocol: number): Result {
    const kind = this.#kinds.of(domain, type, protocol)
    if (typeof kind === 'string') return kind
    const socket = this.#kernel.socket(kind.domain, kind.type)
    return typeof socket === 'string' ? socket : this.#opened(socket, type)
  }

  /** `socketpair`. */
  socketpair(domain: number, type: number, protocol: number, fds: number): Result {
    const kind = this.#kinds.of(domain, type, protocol)
    if (typeof kind === 'string') return kind
    if (kind.domain !== 'unix') return 'EOPNOTSUPP'
    return this.#pair(kind.type, type, fds)
  }

  /** `pipe`. */
  pipe(fds: number, flags: number): Result {
    return this.#kinds.knowsFlags(flags) ? this.#pair('pipe', flags, fds) : 'EINVAL'
  }

  /** `close`. */
  close(fd: number): Result {
    return this.#kernel.close(fd)
  }

  /** `bind`. */
  bind(fd: number, addr: number, len: number): Result {
    const socket = this.#socket(fd)
    if (typeof socket === 'string') return socket
    const address = this.#addresses.read(addr, len, socket.domain)
    return typeof address === 'string' ? address : socket.bind(address)
  }

  /** `listen`. */
  listen(fd: number, backlog: number): Result {
    const socket = this.#socket(fd)
    return typeof socket === 'string' ? socket : socket.listen(backlog)
  }

  /** `accept`. */
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

  /** `connect`. */
  connect(fd: number, addr: number, len: number): Result {
    const socket = this.#socket(fd)
    if (typeof socket === 'string') return socket
    const address = this.#addresses.read(addr, len, socket.domain)
    if (address === 'EAFNOSUPPORT' && this.#addresses.isUnspecified(addr, len)) return socket.disconnect()
    return typeof address === 'string' ? address : socket.connect(address)
  }

  /** `getsockname`. */
  getsockname(fd: number, addr: number, len: number): Result {
    const socket = this.#socket(fd)
    if (typeof socket === 'string') return socket
    const address = socket.localAddress()
    return typeof address === 'string' ? address : this.#addresses.write(address, addr, len)
  }

  /** `getpeername`. */
  getpeername(fd: number, addr: number, len: number): Result {
    const socket = this.#socket(fd)
    if (typeof socket === 'string') return socket
    const address = socket.peerAddress()
    return typeof address === 'string' ? address : this.#addresses.write(address, addr, len)
  }

  /** `getsockopt`. */
  getsockopt(fd: number, level: number, name: number, value: number, len: number): Result {
    const socket = this.#socket(fd)
    return typeof socket === 'string' ? socket : this.#options.get(socket, level, name, value, len)
  }

  /** `setsockopt`. */
  setsockopt(fd: number, level: number, name: number, value: number, len: number): Result {
    const socket = this.#socket(fd)
    return typeof socket === 'string' ? socket : this.#options.set(socket, level, name, value, len)
  }

  /** `readv`. */
  readv(fd: number, bufs: number, nbufs: number, flags: number): Result {
    const descriptor = this.#kernel.get(fd)
    if (descriptor === undefined) return 'EBADF'
    if ((flags & ~this.#readFlags) !== 0) return 'EINVAL'
    return this.#read(descriptor, bufs, nbufs, flags)
  }

  /** `recvfrom`. */
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

  /** `sendto`. */
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

  /** `writev`. */
  writev(fd: number, bufs: number, nbufs: number, flags: number): Result {
    const descriptor = this.#kernel.get(fd)
    if (descriptor === undefined) return 'EBADF'
    if ((flags & ~this.#writeFlags) !== 0) return 'EINVAL'
    if (nbufs === 0 && descriptor instanceof ByteDescriptor && descriptor.access !== 'read')
      return descriptor.outcome((flags & this.#abi.constants.MSG_DONTWAIT) === 0)
    return this.#write(descriptor, bufs, nbufs)
  }

  /** `shutdown`. */
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

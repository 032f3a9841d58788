import type { SocketAddress, UnixAddress } from '../../base/address.js'
import type { ErrnoName } from '../../base/errno.js'
import type { UnixNames } from '../../base/unix-names.js'
import type { OptionName, Result, SocketType } from '../descriptor.js'
import type { Rights } from '../passing.js'
import { Poll } from '../readiness.js'
import { DatagramSocket, type ReceivedMessage } from '../sockets/datagram-socket.js'
import { StreamOptions } from '../sockets/stream-options.js'
import { LocalMessages } from './local-messages.js'
import type { LocalContext } from './local-stream.js'
import { Rendezvous } from './rendezvous.js'

/** What a socket needs from its kernel. */
export interface LocalSequenceContext extends LocalContext {
  /** The names of such sockets, which no host has. */
  readonly sequenceNames: UnixNames<LocalSequence>
}

/**
 * An `AF_UNIX` socket for messages over connections (`SOCK_SEQPACKET`), inside the kernel: no host has such sockets.
 *
 * @see Linux `unix(7)` and `net/unix/af_unix.c`, where these answers come from
 */
export class LocalSequence extends DatagramSocket {
  readonly #kernel: LocalSequenceContext
  readonly #options = new StreamOptions(false)
  readonly #messages: LocalMessages
  readonly #place: Rendezvous<LocalSequence>
  /** Once connected: the other end, even after that was closed. */
  #other: LocalSequence | undefined
  #error: ErrnoName | undefined
  #receiveEnded = false
  #sendEnded = false

  private constructor(kernel: LocalSequenceContext, messages: LocalMessages) {
    super('unix', 'both')
    this.#kernel = kernel
    this.#messages = messages
    this.#place = new Rendezvous<LocalSequence>(kernel.sequenceNames, this)
  }

  /** Makes a socket; `undefined` when there is no capacity for its messages. */
  static open(kernel: LocalSequenceContext): LocalSequence | undefined {
    const messages = LocalMessages.open(kernel)
    return messages && new LocalSequence(kernel, messages)
  }

  /** Makes two sockets that are connected to each other. */
  static pair(kernel: LocalSequenceContext): [LocalSequence, LocalSequence] | undefined {
    const one = LocalSequence.open(kernel)
    const other = one && LocalSequence.open(kernel)
    if (other === undefined) one?.close()
    if (one === undefined || other === undefined) return undefined
    one.#meet(other)
    return [one, other]
  }

  override get type(): SocketType {
    return 'packets'
  }

  override readiness(): number {
    let events = this.#messages.length > 0 || this.#place.waiting.length > 0 ? Poll.IN : 0
    if (this.#error !== undefined) events |= Poll.ERR
    if (this.#receiveEnded) events |= Poll.IN | Poll.RDHUP
    if (this.#receiveEnded && this.#sendEnded) events |= Poll.HUP
    if (this.#other !== undefined) return this.#sendEnded || !this.#other.#messages.full ? events | Poll.OUT : events
    return this.#place.listens ? events : events | Poll.OUT | Poll.HUP
  }

  override bind(address: SocketAddress): Result {
    return this.#place.bind(address)
  }

  override listen(backlog: number): Result {
    return this.#other === undefined ? this.#place.listen(backlog) : 'EINVAL'
  }

  override accept(): LocalSequence | ErrnoName {
    return this.#place.accept()
  }

  override connect(address: SocketAddress): Result {
    const listener = this.#place.find(address)
    if (typeof listener === 'string') return listener
    if (!listener.#place.listens || listener.#receiveEnded) return 'ECONNREFUSED'
    if (listener.#place.full) return 'EAGAIN'
    if (this.#other !== undefined) return 'EISCONN'
    if (this.#place.listens) return 'EINVAL'
    const accepted = LocalSequence.open(this.#kernel)
    if (accepted === undefined) return 'ENOBUFS'
    accepted.#place.address = listener.#place.address
    this.#meet(accepted)
    listener.#place.waiting.push(accepted)
    this.#kernel.changed(listener)
    return 0
  }

  override localAddress(): UnixAddress {
    return this.#place.address
  }

  override origin(): UnixAddress | undefined {
    return this.#other?.localAddress()
  }

  override peerAddress(): UnixAddress | ErrnoName {
    return this.origin() ?? 'ENOTCONN'
  }

  override shutdown(receive: boolean, send: boolean): Result {
    this.#end(receive, send)
    const other = this.#other
    if (other !== undefined) other.#end(send, receive)
    return 0
  }

  /** Everything goes to the other end: like Linux, this does not look at an address. */
  override send(bytes: Uint8Array): Result {
    const other = this.#other
    if (other === undefined) return 'ENOTCONN'
    const error = this.#takeError()
    if (error !== undefined) return error
    if (this.#sendEnded) return 'EPIPE'
    const refusal = other.#messages.add(bytes, this.localAddress())
    if (refusal === 0) this.#kernel.changed(other)
    return refusal
  }

  override receive(peek: boolean): ReceivedMessage | undefined | ErrnoName {
    if (this.#other === undefined) return 'ENOTCONN'
    const error = this.#takeError()
    if (error !== undefined) return error
    const message = this.#messages.take(peek)
    if (message === undefined) return this.#receiveEnded ? undefined : 'EAGAIN'
    if (!peek) this.#kernel.changed(this.#other)
    return message
  }

  /** Of all messages, as for a stream. */
  override queued(which: 'received' | 'sent'): Result {
    if (this.#place.listens) return 'EINVAL'
    const holder = which === 'received' ? this : this.#other
    return holder === undefined ? 0 : holder.#messages.sizes.reduce((sum, size) => sum + size, 0)
  }

  override get passesRights(): boolean {
    return true
  }

  override heldRights(): Rights {
    return [...this.#messages.held(), ...this.#place.waiting.flatMap((waiting) => waiting.heldRights())]
  }

  override dropRights(): Rights {
    return [...this.#messages.drop(), ...this.#place.waiting.flatMap((waiting) => waiting.dropRights())]
  }

  override getOption(name: OptionName): Result {
    if (name === 'error') return this.#takeError() ?? 0
    if (name === 'acceptsConnections') return this.#place.listens ? 1 : 0
    return this.#options.get(name)
  }

  override setOption(name: OptionName, value: number): Result {
    if (name === 'reusePort') return value === 0 ? 0 : 'EOPNOTSUPP'
    return this.#options.set(name, value)
  }

  override close(): void {
    for (const waiting of this.#place.close()) waiting.#part('ECONNRESET')
    // Unread messages end the connection with a reset.
    this.#part(this.#messages.length > 0 ? 'ECONNRESET' : undefined)
  }

  /** Leaves the other end, which keeps what it has received. @param error - what it reports */
  #part(error: ErrnoName | undefined): void {
    this.#messages.close()
    const other = this.#other
    if (other === undefined) return
    other.#error ??= error
    other.#end(true, true)
  }

  #meet(other: LocalSequence): void {
    this.#other = other
    other.#other = this
  }

  #end(receive: boolean, send: boolean): void {
    this.#receiveEnded ||= receive
    this.#sendEnded ||= send
    this.#kernel.changed(this)
  }

  #takeError(): ErrnoName | undefined {
    const error = this.#error
    this.#error = undefined
    return error
  }
}

import type { SocketAddress, UnixAddress } from '../../base/address.js'
import type { ErrnoName } from '../../base/errno.js'
import type { UnixNames } from '../../base/unix-names.js'
import type { OptionName, Result } from '../descriptor.js'
import type { Rights } from '../passing.js'
import type { Payload } from '../payload.js'
import { Poll } from '../readiness.js'
import { StreamOptions } from '../sockets/stream-options.js'
import { type LocalContext, LocalStream } from './local-stream.js'
import { Rendezvous } from './rendezvous.js'

/** What a socket needs from its kernel. */
export interface LocalUnixContext extends LocalContext {
  readonly unixNames: UnixNames<LocalUnixSocket>
}

/**
 * An `AF_UNIX` socket inside the kernel, with the semantics of Linux: an end of a pair that finds its peer by name. A
 * connect succeeds at once, and the socket can send before the other end has been accepted.
 *
 * @see Linux `unix(7)` and `net/unix/af_unix.c`, where these answers come from
 */
export class LocalUnixSocket extends LocalStream {
  readonly #kernel: LocalUnixContext
  readonly #options = new StreamOptions(false)
  readonly #place: Rendezvous<LocalUnixSocket>
  /** Once connected: the other end, even after that was closed. */
  #other: LocalUnixSocket | undefined

  /** @param kernel - the kernel that the socket belongs to */
  constructor(kernel: LocalUnixContext) {
    super('unix', 'both', kernel)
    this.#kernel = kernel
    this.#place = new Rendezvous<LocalUnixSocket>(kernel.unixNames, this)
  }

  /** Two unnamed sockets that are connected to each other; `undefined` when there is no capacity for them. */
  static pair(kernel: LocalUnixContext): [LocalUnixSocket, LocalUnixSocket] | undefined {
    const ends: [LocalUnixSocket, LocalUnixSocket] = [new LocalUnixSocket(kernel), new LocalUnixSocket(kernel)]
    return ends[0].#meet(ends[1]) ? ends : undefined
  }

  override readiness(): number {
    let events = this.failed ? Poll.ERR : 0
    if (this.#enough() || this.#place.waiting.length > 0) events |= Poll.IN
    if (this.receiveEnded) events |= Poll.IN | Poll.RDHUP
    if (this.receiveEnded && this.sendEnded) events |= this.hangup
    if (this.#other !== undefined) return this.sendEnded || this.free > 0 ? events | Poll.OUT : events
    return this.#place.listens ? events : events | Poll.OUT | Poll.HUP
  }

  override bind(address: SocketAddress): Result {
    return this.#place.bind(address)
  }

  override listen(backlog: number): Result {
    return this.#other === undefined ? this.#place.listen(backlog) : 'EINVAL'
  }

  override accept(): LocalUnixSocket | ErrnoName {
    return this.#place.accept()
  }

  override connect(address: SocketAddress): Result {
    const listener = this.#place.find(address)
    if (typeof listener === 'string') return listener
    if (!listener.#place.listens || listener.receiveEnded) return 'ECONNREFUSED'
    if (listener.#place.full) return 'EAGAIN'
    if (this.#other !== undefined) return 'EISCONN'
    if (this.#place.listens) return 'EINVAL'
    const accepted = new LocalUnixSocket(this.#kernel)
    accepted.#place.address = listener.#place.address
    if (!this.#meet(accepted)) return 'ENOBUFS'
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

  override get passesRights(): boolean {
    return true
  }

  /** A connection that was not accepted yet can be received with its listener. */
  override heldRights(): Rights {
    return [...super.heldRights(), ...this.#place.waiting.flatMap((waiting) => waiting.heldRights())]
  }

  override dropRights(): Rights {
    return [...super.dropRights(), ...this.#place.waiting.flatMap((waiting) => waiting.dropRights())]
  }

  override queued(which: 'received' | 'sent'): Result {
    return this.#place.listens ? 'EINVAL' : super.queued(which)
  }

  override arrived(wanted: number): Result {
    return this.#other === undefined ? 'EINVAL' : super.arrived(wanted)
  }

  override write(bytes: Uint8Array): Result {
    return this.#other === undefined ? 'ENOTCONN' : super.write(bytes)
  }

  override sendPayload(payload: Payload, length: number): Result {
    return this.#other === undefined ? 'ENOTCONN' : super.sendPayload(payload, length)
  }

  override shutdown(receive: boolean, send: boolean): Result {
    this.end(receive, send)
    return 0
  }

  override getOption(name: OptionName): Result {
    if (name === 'sendBuffer') return this.#other?.capacity ?? this.capacity
    if (name === 'receiveBuffer') return this.capacity
    if (name === 'error') return this.takeError() ?? 0
    if (name === 'acceptsConnections') return this.#place.listens ? 1 : 0
    return this.#options.get(name)
  }

  override setOption(name: OptionName, value: number): Result {
    // Linux has none of these for this family. Sizes are fixed: what one end sends, the other has received.
    if (name === 'reusePort') return value === 0 ? 0 : 'EOPNOTSUPP'
    return this.#options.set(name, value)
  }

  override close(): void {
    for (const waiting of this.#place.close()) waiting.part('ECONNRESET')
    // Unread bytes end the connection with a reset.
    this.part(this.received.length > 0 ? 'ECONNRESET' : undefined)
  }

  /** Whether what has arrived is worth reporting: a full buffer is, since no more would come. */
  #enough(): boolean {
    const { length } = this.received
    return length > 0 && (length >= this.#options.values.receiveLowat || length >= this.capacity)
  }

  #meet(other: LocalUnixSocket): boolean {
    this.#other = other
    other.#other = this
    if (LocalStream.join(this, other)) return true
    this.#other = other.#other = undefined
    return false
  }
}

import type { SocketAddress, UnixAddress } from '../../base/address.js'
import type { ErrnoName } from '../../base/errno.js'
import type { UnixNames } from '../../base/unix-names.js'
import type { OptionName, Result } from '../descriptor.js'
import type { Rights } from '../passing.js'
import { Poll } from '../readiness.js'
import { DatagramSocket, type ReceivedMessage } from '../sockets/datagram-socket.js'
import { StreamOptions } from '../sockets/stream-options.js'
import { LocalMessages } from './local-messages.js'
import type { LocalContext } from './local-stream.js'
import { Rendezvous } from './rendezvous.js'

/** What a socket needs from its kernel. */
export interface LocalDatagramContext extends LocalContext {
  /** The names of such sockets, which no host has. */
  readonly datagramNames: UnixNames<LocalDatagram>
}

/**
 * An `AF_UNIX` socket for messages, inside the kernel: no host has such sockets. Messages arrive in order, and none is
 * lost; a sender waits while the receiver has no room.
 *
 * @see Linux `unix(7)` and `net/unix/af_unix.c`, where these answers come from
 */
export class LocalDatagram extends DatagramSocket {
  readonly #kernel: LocalDatagramContext
  readonly #options = new StreamOptions(false)
  readonly #queue: LocalMessages
  readonly #place: Rendezvous<LocalDatagram>
  #peer: LocalDatagram | undefined
  /** The sockets that are connected to this one, and wait for room in it. */
  readonly #senders = new Set<LocalDatagram>()
  #closed = false
  #receiveEnded = false
  #sendEnded = false

  private constructor(kernel: LocalDatagramContext, messages: LocalMessages) {
    super('unix', 'both')
    this.#kernel = kernel
    this.#queue = messages
    this.#place = new Rendezvous<LocalDatagram>(kernel.datagramNames, this)
  }

  /** Makes a socket; `undefined` when there is no capacity for its messages. */
  static open(kernel: LocalDatagramContext): LocalDatagram | undefined {
    const messages = LocalMessages.open(kernel)
    return messages && new LocalDatagram(kernel, messages)
  }

  /** Makes two sockets that are connected to each other. */
  static pair(kernel: LocalDatagramContext): [LocalDatagram, LocalDatagram] | undefined {
    const one = LocalDatagram.open(kernel)
    const other = one && LocalDatagram.open(kernel)
    if (other === undefined) one?.close()
    if (one === undefined || other === undefined) return undefined
    one.#connectTo(other)
    other.#connectTo(one)
    return [one, other]
  }

  override readiness(): number {
    let events = this.#queue.length > 0 ? Poll.IN : 0
    if (this.#peer === undefined || this.#peer.#closed || !this.#peer.#queue.full) events |= Poll.OUT
    if (this.#receiveEnded) events |= Poll.IN | Poll.RDHUP
    return this.#receiveEnded && this.#sendEnded ? events | Poll.HUP : events
  }

  override bind(address: SocketAddress): Result {
    return this.#place.bind(address)
  }

  override connect(address: SocketAddress): Result {
    const peer = this.#place.find(address)
    if (typeof peer === 'string') return peer
    this.#connectTo(peer)
    return 0
  }

  override disconnect(): Result {
    if (this.#peer !== undefined) this.#peer.#senders.delete(this)
    this.#peer = undefined
    return 0
  }

  override localAddress(): UnixAddress {
    return this.#place.address
  }

  override peerAddress(): UnixAddress | ErrnoName {
    return this.#peer === undefined ? 'ENOTCONN' : this.#peer.localAddress()
  }

  override shutdown(receive: boolean, send: boolean): Result {
    this.#receiveEnded ||= receive
    this.#sendEnded ||= send
    this.#kernel.changed(this)
    return 0
  }

  /** A message cannot be sent in parts: like Linux, this ignores `MSG_MORE`. */
  override send(bytes: Uint8Array, to: SocketAddress | undefined): Result {
    const receiver = to === undefined ? (this.#peer ?? 'ENOTCONN') : this.#place.find(to)
    if (typeof receiver === 'string') return receiver
    if (this.#sendEnded) return 'EPIPE'
    if (receiver.#closed) {
      this.disconnect()
      return 'ECONNREFUSED'
    }
    // Only the peer of a connected socket can send to it.
    if (receiver.#peer !== undefined && receiver.#peer !== this) return 'EPERM'
    if (receiver.#receiveEnded) return 'EPIPE'
    const refusal = receiver.#queue.add(bytes, this.localAddress())
    if (refusal === 0) this.#kernel.changed(receiver)
    return refusal
  }

  override receive(peek: boolean): ReceivedMessage | undefined | ErrnoName {
    const message = this.#queue.take(peek)
    if (message === undefined) return this.#receiveEnded ? undefined : 'EAGAIN'
    if (!peek) for (const sender of this.#senders) this.#kernel.changed(sender)
    return message
  }

  override get passesRights(): boolean {
    return true
  }

  override heldRights(): Rights {
    return this.#queue.held()
  }

  override dropRights(): Rights {
    return this.#queue.drop()
  }

  /** Of the next message. */
  override queued(which: 'received' | 'sent'): Result {
    return which === 'received' ? (this.#queue.sizes[0] ?? 0) : 0
  }

  override getOption(name: OptionName): Result {
    if (name === 'error' || name === 'acceptsConnections') return 0
    return this.#options.get(name)
  }

  override setOption(name: OptionName, value: number): Result {
    if (name === 'reusePort') return value === 0 ? 0 : 'EOPNOTSUPP'
    return this.#options.set(name, value)
  }

  override close(): void {
    this.#closed = true
    this.#place.close()
    this.#queue.close()
    this.disconnect()
    for (const sender of this.#senders) this.#kernel.changed(sender)
  }

  #connectTo(peer: LocalDatagram): void {
    this.disconnect()
    this.#peer = peer
    peer.#senders.add(this)
  }
}

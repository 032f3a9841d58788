import { type Address, type SocketAddress, unspecified } from '../../base/address.js'
import { concat, NO_BYTES } from '../../base/bytes.js'
import { DatagramQueue, type Message } from '../../base/datagram-queue.js'
import { endpointKey } from '../../base/endpoint.js'
import type { ErrnoName } from '../../base/errno.js'
import type { DatagramEvents, HostDatagram, Membership } from '../../host/contract/datagram.js'
import type { Host } from '../../host/contract/host.js'
import type { Descriptor, OptionName, Result } from '../descriptor.js'
import { isFull, type KernelGauges, reachLimit } from '../gauges.js'
import { Poll } from '../readiness.js'
import { foreign, isOf } from './address-families.js'
import { DatagramSocket } from './datagram-socket.js'
import { mtu } from './path-properties.js'
import { UdpOptions } from './udp-options.js'

/** What a socket needs from its kernel. */
export interface UdpContext {
  readonly host: Host
  /** What is counted of its limits. */
  readonly gauges: KernelGauges
  /** Reports that the readiness of `descriptor` may have changed; `bytes` is how many have just arrived for it. */
  changed(descriptor: Descriptor, bytes?: number): void
}

/** The longest message of any family, in bytes. */
const LONGEST = 65_527

/**
 * A UDP socket with POSIX semantics. Messages wait here as the host delivers them, up to the receive buffer; then the
 * host is asked to hold them back, and drops those that exceed its own buffer. A refusal of the host is thrown as
 * `HostError`.
 *
 * @see Linux `udp(7)` and `net/ipv4/udp.c`, where these answers come from
 */
export class UdpSocket extends DatagramSocket implements DatagramEvents {
  readonly #kernel: UdpContext
  readonly #family: 'ipv4' | 'ipv6'
  readonly #options = new UdpOptions()
  readonly #queue = new DatagramQueue()
  #socket: HostDatagram | undefined
  /**
   * Whether the program chose the port by number. Otherwise the port is released when the socket is disconnected, as
   * on Linux.
   */
  #portKept = false
  #peer: Address | undefined
  /** The pending error of an earlier send, until it is reported. */
  #error: ErrnoName | undefined
  /** A message whose end has not been sent yet. */
  #begun: { readonly to: SocketAddress | undefined; readonly bytes: Uint8Array } | undefined
  /** The host has no room for another message. */
  #choked = false
  #receiveEnded = false
  #sendEnded = false
  /** Whether messages are held back, since too many wait. */
  #stopped = false

  /**
   * @param family - the family of its addresses
   * @param kernel - the kernel that the socket belongs to
   */
  constructor(family: 'ipv4' | 'ipv6', kernel: UdpContext) {
    super(family, 'both')
    this.#family = family
    this.#kernel = kernel
  }

  override readiness(): number {
    let events = this.#queue.length > 0 ? Poll.IN : 0
    if (!this.#choked) events |= Poll.OUT
    if (this.#error !== undefined) events |= Poll.ERR
    if (this.#receiveEnded) events |= Poll.IN | Poll.RDHUP
    return this.#receiveEnded && this.#sendEnded ? events | Poll.HUP : events
  }

  override bind(address: SocketAddress): Result {
    if (this.#socket !== undefined) return 'EINVAL'
    if (!isOf(this.#family, address)) return foreign(address)
    this.#take(address)
    this.#portKept = address.port !== 0
    return 0
  }

  override connect(address: SocketAddress): Result {
    const remote = this.#destination(address, 'EAFNOSUPPORT')
    if (typeof remote === 'string') return remote
    this.#bound().connect(remote)
    const { host } = unspecified(this.#family)
    this.#peer = remote.host === host ? { ...remote, host: host === '::' ? '::1' : '127.0.0.1' } : remote
    return 0
  }

  override disconnect(): Result {
    if (this.#peer === undefined) return 0
    this.#peer = undefined
    this.#error = undefined
    if (this.#portKept) this.#socket?.disconnect()
    else {
      this.#socket?.close()
      this.#socket = undefined
      this.#unchoke()
    }
    return 0
  }

  override localAddress(): Address {
    return this.#socket?.local ?? unspecified(this.#family)
  }

  override peerAddress(): Address | ErrnoName {
    return this.#peer ?? 'ENOTCONN'
  }

  override shutdown(receive: boolean, send: boolean): Result {
    if (this.#peer === undefined) return 'ENOTCONN'
    this.#receiveEnded ||= receive
    this.#sendEnded ||= send
    this.#kernel.changed(this)
    return 0
  }

  override send(bytes: Uint8Array, to: SocketAddress | undefined, more = false): Result {
    if (!more && this.#begun === undefined) return this.#send(bytes, to)
    const begun = this.#begun ?? { to, bytes: NO_BYTES }
    const whole = concat([begun.bytes, bytes])
    if (whole.length > LONGEST) return 'EMSGSIZE'
    if (more) {
      this.#begun = { to: begun.to, bytes: whole }
      return 0
    }
    const result = this.#send(whole, begun.to)
    if (result !== 'EAGAIN') this.#begun = undefined
    return result
  }

  #send(bytes: Uint8Array, to: SocketAddress | undefined): Result {
    const remote = to && this.#destination(to, 'ENETUNREACH')
    if (typeof remote === 'string') return remote
    if (remote?.port === 0) return 'EINVAL'
    if (remote === undefined && this.#peer === undefined) return 'EDESTADDRREQ'
    const error = this.#takeError()
    if (error !== undefined) return error
    if (this.#sendEnded) return 'EPIPE'
    const peer = this.#peer
    // No host can send to another address without giving up the connection, and with it the port.
    if (remote !== undefined && peer !== undefined && endpointKey(remote) !== endpointKey(peer)) return 'EISCONN'
    if (this.#choked) return 'EAGAIN'
    this.#choked = !this.#bound().send(bytes, peer === undefined ? remote : undefined)
    return this.#choked ? 'EAGAIN' : 0
  }

  override receive(peek: boolean): Message | undefined | ErrnoName {
    const error = this.#takeError()
    if (error !== undefined) return error
    if (peek && this.#queue.length > 0) return this.#queue.first
    const message = this.#queue.shift()
    if (message !== undefined) this.#uncount(message.bytes.length, 1)
    if (this.#stopped && (!this.#full || this.#queue.length === 0)) {
      this.#stopped = false
      this.#socket?.readStart()
    }
    return message ?? (this.#receiveEnded ? undefined : 'EAGAIN')
  }

  /** Of the next message; what was sent has left. */
  override queued(which: 'received' | 'sent'): Result {
    return which === 'received' ? (this.#queue.first?.bytes.length ?? 0) : 0
  }

  override getOption(name: OptionName): Result {
    if (name === 'error') return this.#takeError() ?? 0
    if (name === 'acceptsConnections') return 0
    if (name === 'ipv6Only' && this.#family === 'ipv4') return 'ENOPROTOOPT'
    if (name === 'mtu') return this.#peer === undefined ? 'ENOTCONN' : mtu(this.localAddress())
    return this.#options.get(name)
  }

  override setOption(name: OptionName, value: number): Result {
    if (name === 'ipv6Only') {
      if (this.#family === 'ipv4') return 'ENOPROTOOPT'
      if (this.#socket !== undefined) return 'EINVAL'
    }
    if (name === 'reusePort' && value !== 0 && !this.#kernel.host.sharesPorts('datagram')) return 'ENOPROTOOPT'
    const result = this.#options.set(name, value, this.#socket, this.#family)
    if (result === 0 && name === 'receiveBuffer') this.#queue.limit = this.#options.receiveBuffer
    return result
  }

  override setMembership(membership: Membership, join: boolean): Result {
    return this.#options.setMembership(membership, join, this.#socket)
  }

  override close(): void {
    this.#socket?.close()
    for (const { bytes } of this.#queue) this.#uncount(bytes.length, 1)
    this.#queue.clear()
  }

  onMessage(bytes: Uint8Array, from: Address): void {
    this.#queue.hold(bytes.length)
    this.#queue.add({ bytes, from })
    const { received } = this.#kernel.gauges
    received.bytes.add(bytes.length)
    received.chunks.add(1)
    if (isFull(received)) reachLimit(received)
    if (this.#full) {
      this.#stopped = true
      this.#socket?.readStop()
    }
    this.#kernel.changed(this, bytes.length)
  }

  onDrain(): void {
    this.#unchoke()
  }

  onError(code: ErrnoName): void {
    this.#error = code
    this.#kernel.changed(this)
  }

  get #full(): boolean {
    return this.#queue.full || isFull(this.#kernel.gauges.received)
  }

  #uncount(bytes: number, chunks: number): void {
    const { received } = this.#kernel.gauges
    received.bytes.give(bytes)
    received.chunks.give(chunks)
  }

  #unchoke(): void {
    this.#choked = false
    this.#kernel.changed(this)
  }

  #takeError(): ErrnoName | undefined {
    const error = this.#error
    this.#error = undefined
    return error
  }

  /** The host's socket; binds a free port if there is none yet. */
  #bound(): HostDatagram {
    return this.#socket ?? this.#take(unspecified(this.#family))
  }

  #take(address: Address): HostDatagram {
    const socket = this.#kernel.host.bindDatagram(address, this.#options, this)
    try {
      this.#options.apply(socket, this.#family)
    } catch (error) {
      socket.close()
      throw error
    }
    this.#stopped = this.#queue.full
    if (!this.#stopped) socket.readStart()
    this.#socket = socket
    return socket
  }

  /** The destination of a message to the address: IPv6 sockets reach IPv4 too, unless `ipv6Only` is set. */
  #destination(address: SocketAddress, wrongFamily: ErrnoName): Address | ErrnoName {
    if (address.family === 'unix') return 'EAFNOSUPPORT'
    if (address.family === this.#family) return address
    if (address.family !== 'ipv4') return 'EAFNOSUPPORT'
    if (this.#options.ipv6Only) return wrongFamily
    return { family: 'ipv6', host: `::ffff:${address.host}`, port: address.port, flowInfo: 0, scopeId: 0 }
  }
}

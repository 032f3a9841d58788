/** One datagram socket on the virtual network. */

import type { Address } from '../../base/address.js'
import { copyOf } from '../../base/bytes.js'
import { DatagramQueue } from '../../base/datagram-queue.js'
import {
  type DatagramBindOptions,
  type DatagramBuffer,
  type DatagramEvents,
  HostDatagram,
  type Membership,
  requireSendable,
} from '../contract/datagram.js'
import { HostError } from '../contract/error.js'
import type { EventQueue } from './event-queue.js'
import {
  addressOf,
  destinationOf,
  type Endpoint,
  type Ip,
  ipOf,
  isBroadcast,
  isLocal,
  isMulticast,
  isWildcard,
  loopbackOf,
  unreachable,
} from './ip.js'

/** What a socket needs of its network. */
export interface DatagramNetwork {
  readonly queue: EventQueue
  /** Messages that found no room. */
  dropped: number
  /** Gives an address back. */
  release(socket: VirtualDatagram): void
  /** The sockets that get a message; there may be none. */
  receivers(sender: VirtualDatagram, from: Ip, to: Ip, port: number): VirtualDatagram[]
}

/** One datagram socket on the virtual network. */
export class VirtualDatagram extends HostDatagram implements Endpoint {
  readonly family: Address['family']
  readonly port: number
  readonly options: DatagramBindOptions
  readonly #network: DatagramNetwork
  readonly #events: DatagramEvents
  readonly #bound: Ip
  #remote: Address | undefined
  /** What was not told; messages under way have their room in it. */
  readonly #inbox = new DatagramQueue()
  #broadcast = false
  /** By group: the senders that are wanted, or all. */
  readonly #groups = new Map<string, Set<string> | 'all'>()
  #reading = false
  #closed = false

  constructor(
    network: DatagramNetwork,
    at: { readonly family: Address['family']; readonly ip: Ip; readonly port: number },
    options: DatagramBindOptions,
    events: DatagramEvents,
  ) {
    super()
    this.#network = network
    this.family = at.family
    this.#bound = at.ip
    this.port = at.port
    // The kernel's own object may change later; what counts is what it says now.
    const { ipv6Only, reusePort, reuseAddress } = options
    this.options = { ipv6Only, reusePort, reuseAddress }
    this.#events = events
  }

  get local(): Address {
    return addressOf(this.family, this.ip, this.port)
  }

  /** What it was bound to; once connected, what it speaks from. */
  get ip(): Ip {
    return this.#remote !== undefined && isWildcard(this.#bound) ? loopbackOf(ipOf(this.#remote)) : this.#bound
  }

  /** Whether it hears one sender only. */
  get connected(): boolean {
    return this.#remote !== undefined
  }

  /** A line for messages. */
  describe(): string {
    return `${this.ip.host} ${this.port}`
  }

  send(bytes: Uint8Array, to: Address | undefined): boolean {
    const target = requireSendable(to ?? this.#remote, bytes.length)
    const ip = this.#reachable(target)
    const from = isWildcard(this.ip) ? loopbackOf(ip) : this.ip
    const receivers = this.#network.receivers(this, from, ip, target.port)
    for (const receiver of receivers) receiver.#take(receivers.length > 1 ? copyOf(bytes) : bytes, from, this.port)
    const refused = receivers.length === 0 && this.connected && isLocal(ip)
    if (refused) this.#network.queue.post(() => this.#fail())
    return true
  }

  readStart(): void {
    if (this.#reading) return
    this.#reading = true
    if (this.#inbox.length > 0) this.#network.queue.post(() => this.#tell())
  }

  readStop(): void {
    this.#reading = false
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#inbox.clear()
    this.#network.release(this)
  }

  override connect(remote: Address): void {
    this.#remote = addressOf(this.family, this.#reachable(remote), remote.port)
  }

  override disconnect(): void {
    if (this.#remote === undefined) throw new HostError('ENOTCONN', 'the socket is not connected')
    this.#remote = undefined
  }

  override setBroadcast(enable: boolean): void {
    this.#broadcast = enable
  }

  /** Accepted: there is one network only. */
  override setTtl(_ttl: number): void {}

  /** Accepted: there is one network only. */
  override setMulticastTtl(_ttl: number): void {}

  /** Accepted: on a loopback interface everything comes back, whatever is said. */
  override setMulticastLoop(_enable: boolean): void {}

  override setMulticastInterface(on: string | number): void {
    requireLoopback(on)
  }

  override setMembership({ group, on, source }: Membership, join: boolean): void {
    requireLoopback(on)
    const { host } = this.#group(group)
    const joined = this.#groups.get(host)
    if (source === undefined) {
      if (join && joined !== undefined) throw new HostError('EADDRINUSE', `the socket is in ${group} already`)
      if (join) this.#groups.set(host, 'all')
      else if (joined !== undefined) this.#groups.delete(host)
      else throw new HostError('EADDRNOTAVAIL', `the socket is not in ${group}`)
      return
    }
    if (joined === 'all') throw new HostError('EINVAL', `the socket is in ${group} for all senders`)
    const sources = joined ?? new Set()
    if (sources.has(source) === join) {
      throw new HostError('EADDRNOTAVAIL', `the socket is ${join ? 'in' : 'not in'} ${group} for ${source}`)
    }
    if (join) this.#groups.set(host, sources.add(source))
    else if (sources.size === 1) this.#groups.delete(host)
    else sources.delete(source)
  }

  /** What is sent needs no buffer here, it is always under way at once. */
  override setBufferSize(which: DatagramBuffer, bytes: number): void {
    if (which === 'receive') this.#inbox.limit = bytes
  }

  /** Whether it hears that sender. */
  hears(from: Ip, port: number): boolean {
    const remote = this.#remote
    return remote === undefined || (ipOf(remote).host === from.host && remote.port === port)
  }

  /** Whether it has joined the group, for any sender. */
  isMember(group: Ip): boolean {
    return this.#groups.has(group.host)
  }

  /** Whether it gets messages to a group that somebody here has joined: on Linux also who has not, but for its own groups. */
  takesGroup(group: Ip, from: Ip): boolean {
    if (!isWildcard(this.#bound) || this.#bound.version !== group.version) return false
    const sources = this.#groups.get(group.host)
    return sources === undefined || sources === 'all' || sources.has(from.host)
  }

  #take(bytes: Uint8Array, from: Ip, port: number): void {
    if (!this.#inbox.fits(bytes.length)) {
      this.#network.dropped++
      return
    }
    this.#inbox.hold(bytes.length)
    this.#network.queue.post(() => {
      if (this.#closed) return
      this.#inbox.add({ bytes, from: addressOf(this.family, from, port) })
      this.#tell()
    })
  }

  #tell(): void {
    while (this.#reading) {
      const message = this.#inbox.shift()
      if (message === undefined) return
      this.#events.onMessage(message.bytes, message.from)
    }
  }

  #fail(): void {
    if (!this.#closed) this.#events.onError('ECONNREFUSED')
  }

  /** Where a message to that address goes; the errors are those of Linux. */
  #reachable(remote: Address): Ip {
    if (remote.family !== this.family) {
      throw new HostError('EAFNOSUPPORT', `an ${this.family} socket cannot reach ${remote.host}`)
    }
    const ip = destinationOf(remote)
    if (isBroadcast(ip)) {
      if (!this.#broadcast) throw new HostError('EACCES', `set SO_BROADCAST to send to ${remote.host}`)
    } else if (!isLocal(ip) && !isMulticast(ip)) throw unreachable(remote)
    const dual = isWildcard(this.#bound) && !this.options.ipv6Only
    if (ip.version !== this.#bound.version && !dual) {
      throw new HostError('ENETUNREACH', `no way from ${this.#bound.host} to ${remote.host}`)
    }
    return ip
  }

  #group(host: string): Ip {
    const ip = ipOf({ ...addressOf(this.family, this.#bound, 0), host })
    if (isMulticast(ip) && (ip.version === 4) === (this.family === 'ipv4')) return ip
    throw new HostError(
      'EINVAL',
      `${host} is no group of ${this.family}: those are 224.0.0.0 to 239.255.255.255, and ff00::/8`,
    )
  }
}

/** There is one interface: number 1, which has all of 127.0.0.0/8. @throws {HostError} */
function requireLoopback(on: string | number): void {
  if (typeof on === 'number') {
    if (on !== 0 && on !== 1) throw new HostError('ENODEV', `there is no interface ${on}, only 1`)
  } else if (on !== '0.0.0.0' && !isLocal({ version: 4, host: on })) {
    throw new HostError('ENODEV', `no interface has ${on}, only 127.0.0.1`)
  }
}

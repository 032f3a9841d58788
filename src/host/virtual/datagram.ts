/** Datagram sockets of the virtual network. */

import type { Address } from '../../base/address.js'
import { DatagramQueue } from '../../base/datagram-queue.js'
import { formatEndpoint } from '../../base/endpoint.js'
import {
  type DatagramBindOptions,
  type DatagramBuffer,
  type DatagramEvents,
  HostDatagram,
  type Membership,
  requireSendable,
} from '../contract/datagram.js'
import { HostError } from '../contract/error.js'
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
  unreachable,
} from './ip.js'
import type { SocketRow } from './netstat.js'
import type { Queue } from './queue.js'
import type { Site } from './site.js'

/** A message under way. */
export interface Message {
  readonly bytes: Uint8Array
  readonly from: Ip
  readonly fromPort: number
  readonly to: Ip
  readonly port: number
  /** Called when nothing receives it, by a sender that is connected. */
  readonly onRefused: (() => void) | undefined
}

/** The addresses of the loopback interface, by version. */
const LOOPBACK = { 4: '127.0.0.1', 6: '::1' } as const

/** The operations that a datagram socket requires of its network. */
export interface DatagramNetwork {
  readonly queue: Queue
  readonly site: Site
  /** The number of messages that found no room. */
  dropped: number
  /** Releases an address. */
  release(socket: VirtualDatagram): void
  /** Delivers a message, here or on another machine. */
  send(message: Message): void
  /** Whether another machine has the address. */
  isKnown(ip: Ip): boolean
}

/** A datagram socket on the virtual network. */
export class VirtualDatagram extends HostDatagram implements Endpoint {
  readonly family: Address['family']
  readonly port: number
  readonly options: DatagramBindOptions
  readonly #network: DatagramNetwork
  readonly #events: DatagramEvents
  readonly #bound: Ip
  #remote: Address | undefined
  /** The undelivered messages. Room is already reserved for messages in transit. */
  readonly #inbox = new DatagramQueue()
  #broadcast = false
  /** The accepted senders by group, or all. */
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
    // Copied, since the kernel may change its own object later.
    const { ipv6Only, reusePort, reuseAddress } = options
    this.options = { ipv6Only, reusePort, reuseAddress }
    this.#events = events
  }

  get local(): Address {
    return addressOf(this.family, this.ip, this.port)
  }

  /** The bound address; once connected, the source address. */
  get ip(): Ip {
    if (this.#remote === undefined || !isWildcard(this.#bound)) return this.#bound
    return this.#network.site.sourceFor(ipOf(this.#remote)) ?? this.#bound
  }

  /** Whether it receives from one sender only. */
  get connected(): boolean {
    return this.#remote !== undefined
  }

  /** A description for messages. */
  describe(): string {
    return `${this.ip.host} ${this.port}`
  }

  /** What `netstat` says of it. */
  get state(): SocketRow {
    const remote = this.#remote === undefined ? '' : formatEndpoint(this.#remote)
    const received = [...this.#inbox].reduce((sum, { bytes }) => sum + bytes.length, 0)
    return { protocol: 'udp', local: formatEndpoint(this.local), remote, state: '', received, sent: 0 }
  }

  send(bytes: Uint8Array, to: Address | undefined): boolean {
    const target = requireSendable(to ?? this.#remote, bytes.length)
    const ip = this.#reachable(target)
    const from = isWildcard(this.ip) ? this.#sourceFor(ip) : this.ip
    const onRefused = this.connected ? () => this.#fail() : undefined
    this.#network.send({ bytes, from, fromPort: this.port, to: ip, port: target.port, onRefused })
    return true
  }

  /** Takes a message that has arrived; its bytes are this socket's own from now on. */
  take(bytes: Uint8Array, from: Ip, port: number): void {
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

  /** Groups and the broadcast address are those of the loopback interface. */
  #sourceFor(ip: Ip): Ip {
    const known = isMulticast(ip) || isBroadcast(ip) ? { version: ip.version, host: LOOPBACK[ip.version] } : ip
    const source = this.#network.site.sourceFor(known)
    if (source !== undefined) return source
    throw new HostError('ENETUNREACH', `this machine has no address to reach ${ip.host} from`)
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

  /** Accepted without effect: there is only one network. */
  override setTtl(_ttl: number): void {}

  /** Accepted without effect: there is only one network. */
  override setMulticastTtl(_ttl: number): void {}

  /** Accepted without effect: on a loopback interface everything comes back, regardless of this option. */
  override setMulticastLoop(_enable: boolean): void {}

  override setMulticastInterface(on: string | number): void {
    requireLoopback(on)
  }

  override setMembership({ group, on, source }: Membership, join: boolean): void {
    requireLoopback(on)
    const { host } = this.#group(group)
    const joined = this.#groups.get(host)
    if (source === undefined) {
      if (join && joined !== undefined) throw new HostError('EADDRINUSE', `the socket has already joined ${group}`)
      if (join) this.#groups.set(host, 'all')
      else if (joined !== undefined) this.#groups.delete(host)
      else throw new HostError('EADDRNOTAVAIL', `the socket has not joined ${group}`)
      return
    }
    if (joined === 'all') throw new HostError('EINVAL', `the socket has joined ${group} for all senders`)
    const sources = joined ?? new Set()
    if (sources.has(source) === join) {
      throw new HostError('EADDRNOTAVAIL', `the socket has ${join ? 'already' : 'not'} joined ${group} for ${source}`)
    }
    if (join) this.#groups.set(host, sources.add(source))
    else if (sources.size === 1) this.#groups.delete(host)
    else sources.delete(source)
  }

  /** The send buffer has no effect: sent messages are in transit immediately. */
  override setBufferSize(which: DatagramBuffer, bytes: number): void {
    if (which === 'receive') this.#inbox.limit = bytes
  }

  /** Whether it receives from that sender. */
  hears(from: Ip, port: number): boolean {
    const remote = this.#remote
    return remote === undefined || (ipOf(remote).host === from.host && remote.port === port)
  }

  /** Whether it has joined the group, for any sender. */
  isMember(group: Ip): boolean {
    return this.#groups.has(group.host)
  }

  /**
   * Whether it receives messages to a group that some socket here has joined. As on Linux, sockets that have not
   * joined it receive them too; one that joined it for certain senders receives only theirs.
   */
  takesGroup(group: Ip, from: Ip): boolean {
    if (!isWildcard(this.#bound) || this.#bound.version !== group.version) return false
    const sources = this.#groups.get(group.host)
    return sources === undefined || sources === 'all' || sources.has(from.host)
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

  /** The destination of a message to that address; the errors are those of Linux. */
  #reachable(remote: Address): Ip {
    if (remote.family !== this.family) {
      throw new HostError('EAFNOSUPPORT', `an ${this.family} socket cannot reach ${remote.host}`)
    }
    const ip = destinationOf(remote)
    if (isBroadcast(ip)) {
      if (!this.#broadcast) throw new HostError('EACCES', `set SO_BROADCAST to send to ${remote.host}`)
    } else if (!this.#network.site.has(ip) && !isMulticast(ip) && !this.#network.isKnown(ip)) throw unreachable(remote)
    const dual = isWildcard(this.#bound) && !this.options.ipv6Only
    if (ip.version !== this.#bound.version && !dual) {
      throw new HostError('ENETUNREACH', `there is no route from ${this.#bound.host} to ${remote.host}`)
    }
    return ip
  }

  #group(host: string): Ip {
    const ip = ipOf({ ...addressOf(this.family, this.#bound, 0), host })
    if (isMulticast(ip) && (ip.version === 4) === (this.family === 'ipv4')) return ip
    throw new HostError(
      'EINVAL',
      `${host} is not an ${this.family} group; those are 224.0.0.0 to 239.255.255.255, and ff00::/8`,
    )
  }
}

/** Checks the interface. There is only number 1, which has all of 127.0.0.0/8. @throws {HostError} */
function requireLoopback(on: string | number): void {
  if (typeof on === 'number') {
    if (on !== 0 && on !== 1) throw new HostError('ENODEV', `there is no interface ${on}; the only one is 1`)
  } else if (on !== '0.0.0.0' && !isLocal({ version: 4, host: on })) {
    throw new HostError('ENODEV', `no interface has the address ${on}; use 127.0.0.1`)
  }
}

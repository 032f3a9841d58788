/** The sockets of a virtual network: its listeners and connections. */
import type { Address } from '../../base/address.js'
import { formatEndpoint } from '../../base/endpoint.js'
import {
  type ConnectionEvents,
  HostBoundSocket,
  type HostConnection,
  HostListener,
  type ListenerEvents,
} from '../contract/connection.js'
import { type BindOptions, HostError } from '../contract/error.js'
import { VirtualConnection, type Wire } from './connection.js'
import type { Message } from './datagram.js'
import { Datagrams } from './datagrams.js'
import { addressOf, destinationOf, type Ip, isWildcard, unreachable } from './ip.js'
import type { SocketRow } from './netstat.js'
import { type Claim, PortTable } from './port-table.js'
import type { Queue } from './queue.js'
import type { Site } from './site.js'
import { VirtualUnix } from './unix.js'

const NO_PEER = { remote: '', received: 0, sent: 0 } as const

const NO_OPTIONS: BindOptions = { ipv6Only: false, reusePort: false }

/** The other machines, as one of them sees them. */
export interface Surroundings {
  /** Whether one of them has the address. */
  has(ip: Ip): boolean
  /** Connects to one of them. */
  connect(from: Network, ends: Ends, events: ConnectionEvents): VirtualConnection
  /** Sends a message to one of them. */
  send(from: Network, message: Message): void
}

/** The two ends of a connection over a distance, as the connecting one reports them. */
export interface Ends {
  readonly local: Address
  readonly remote: Address
  readonly source: Ip
  readonly destination: Ip
}

/** A machine that knows no other. */
const ALONE: Surroundings = {
  has: () => false,
  connect: () => {
    throw new HostError('ENETUNREACH', 'there is no other machine')
  },
  send() {},
}

/** What a network is made of. */
export interface NetworkParts {
  readonly seed: number
  readonly queue: Queue
  readonly site: Site
  readonly surroundings?: Surroundings
}

/** The sockets of one machine, for all loops that share its host. */
export class Network implements Wire {
  readonly queue: Queue
  readonly ports: PortTable<VirtualListener>
  readonly datagrams: Datagrams
  readonly unix: VirtualUnix
  readonly #site: Site
  readonly #surroundings: Surroundings
  /** Open connections; an outgoing one with the port that it holds. */
  readonly #connections = new Map<VirtualConnection, Claim<VirtualListener> | undefined>()

  constructor({ seed, queue, site, surroundings = ALONE }: NetworkParts) {
    this.queue = queue
    this.#site = site
    this.#surroundings = surroundings
    this.unix = new VirtualUnix(queue)
    this.ports = new PortTable(seed, site)
    const send = (message: Message): void => surroundings.send(this, message)
    this.datagrams = new Datagrams({ queue, seed, site, send, isKnown: (ip) => surroundings.has(ip) })
  }

  /**
   * Everything that is still open, one line each: ports, connections, queued events.
   *
   * @param nameOf - the name of the machine with an address
   */
  open(nameOf?: (host: string) => string | undefined): string[] {
    const connections = [...this.#connections.keys()].map((connection) => `connection ${connection.describe(nameOf)}`)
    const events = this.queue.length > 0 ? [`${this.queue.length} events`] : []
    return [
      ...this.ports.list().map((port) => `port ${port}`),
      ...this.datagrams.open(),
      ...this.unix.open(),
      ...connections,
      ...events,
    ]
  }

  /** All TCP and UDP sockets. */
  netstat(): SocketRow[] {
    const own = [...this.#connections.values()]
    const bound = this.ports.claims().filter((claim) => !own.includes(claim))
    return [
      ...bound.map(({ local, listener }): SocketRow => {
        return { ...NO_PEER, protocol: 'tcp', local: formatEndpoint(local), state: listener ? 'LISTEN' : 'BOUND' }
      }),
      ...[...this.#connections.keys()].map(({ state }) => state),
      ...this.datagrams.netstat(),
    ]
  }

  /** Binds an address. @throws {HostError} the errors of {@link PortTable.take} */
  bind(local: Address, options: BindOptions): HostBoundSocket {
    return new VirtualBoundSocket(this, this.ports.take(local, options))
  }

  /** Connects from a free port. @throws {HostError} ENETUNREACH, EADDRNOTAVAIL when no port is free */
  connect(remote: Address, events: ConnectionEvents): HostConnection {
    const ip = this.reachable(remote)
    const local = addressOf(remote.family, this.sourceFor(ip), 0)
    return this.connectFrom(this.ports.take(local, NO_OPTIONS, true), ip, remote.port, events)
  }

  /** Connects from a claimed address; the claim is released together with the connection. */
  connectFrom(claim: Claim<VirtualListener>, ip: Ip, remotePort: number, events: ConnectionEvents): HostConnection {
    const { family, port } = claim.local
    this.ports.connect(claim, ip, remotePort)
    const from = isWildcard(claim.ip) ? this.sourceFor(ip) : claim.ip
    const local = addressOf(family, from, port)
    const remote = addressOf(family, ip, remotePort)
    if (!this.#site.has(ip)) {
      const distant = this.#surroundings.connect(this, { local, remote, source: from, destination: ip }, events)
      this.#connections.set(distant, claim)
      return distant
    }
    const client = VirtualConnection.outgoing(this, local, remote)
    client.events = events
    this.#connections.set(client, claim)

    const listener = this.ports.listenerAt(ip, remotePort)
    if (listener === undefined) {
      this.queue.post(() => client.decline())
      return client
    }
    const server = client.accept(
      addressOf(listener.local.family, ip, remotePort),
      addressOf(listener.local.family, from, port),
    )
    this.#connections.set(server, undefined)
    // Linux wakes the listener first.
    this.queue.post(() => listener.offer(server))
    this.queue.post(() => client.established())
    return client
  }

  /** Takes part in a connection that another machine has begun. */
  join(connection: VirtualConnection): void {
    this.#connections.set(connection, undefined)
  }

  /** Ends everything without a word to any peer. */
  crash(): void {
    for (const connection of [...this.#connections.keys()]) connection.vanish()
    this.ports.clear()
    this.datagrams.clear()
  }

  /** The address to connect to. @throws {HostError} ENETUNREACH */
  reachable(remote: Address): Ip {
    const ip = destinationOf(remote)
    if (this.#site.has(ip) || this.#surroundings.has(ip)) return ip
    throw unreachable(remote)
  }

  /** The address from which another one is reached. @throws {HostError} ENETUNREACH without one of that version */
  sourceFor(ip: Ip): Ip {
    const source = this.#site.sourceFor(ip)
    if (source !== undefined) return source
    throw new HostError('ENETUNREACH', `this machine has no address to reach ${ip.host} from`)
  }

  over(connection: VirtualConnection): void {
    const claim = this.#connections.get(connection)
    if (claim !== undefined) this.ports.release(claim)
    this.#connections.delete(connection)
  }
}

class VirtualBoundSocket extends HostBoundSocket {
  readonly #network: Network
  readonly #claim: Claim<VirtualListener>
  /** Whether a listener or a connection has taken over the address. */
  #used = false

  constructor(network: Network, claim: Claim<VirtualListener>) {
    super()
    this.#network = network
    this.#claim = claim
  }

  get local(): Address {
    return this.#claim.local
  }

  close(): void {
    if (!this.#used) this.#network.ports.release(this.#claim)
    this.#used = true
  }

  /** The kernel enforces the backlog: it gets every connection immediately and counts them. */
  override listen(_backlog: number, events: ListenerEvents): HostListener {
    this.#requireUnused()
    const listener = new VirtualListener(this.#network, this.#claim, events)
    this.#network.ports.listen(this.#claim, listener)
    this.#used = true
    return listener
  }

  override connect(remote: Address, events: ConnectionEvents): HostConnection {
    this.#requireUnused()
    const ip = this.#reachable(remote)
    const connection = this.#network.connectFrom(this.#claim, ip, remote.port, events)
    this.#used = true
    return connection
  }

  /** Checks that this address can reach the remote one; the errors are those of Linux. */
  #reachable(remote: Address): Ip {
    const { local, ip: from, options } = this.#claim
    if (remote.family !== local.family) {
      throw new HostError('EAFNOSUPPORT', `an ${local.family} socket cannot connect to ${remote.host}`)
    }
    const ip = this.#network.reachable(remote)
    if (ip.version === from.version) return ip
    if (ip.version === 4 && isWildcard(from) && !options.ipv6Only) return ip
    const code = from.version === 4 ? 'EAFNOSUPPORT' : 'ENETUNREACH'
    throw new HostError(code, `there is no route from ${local.host} to ${remote.host}`)
  }

  #requireUnused(): void {
    if (this.#used) throw new HostError('EINVAL', 'the address has already been used or closed')
  }
}

/** A listener of a virtual network. */
export class VirtualListener extends HostListener {
  readonly #network: Network
  readonly #claim: Claim<VirtualListener>
  readonly #events: ListenerEvents
  #closed = false

  constructor(network: Network, claim: Claim<VirtualListener>, events: ListenerEvents) {
    super()
    this.#network = network
    this.#claim = claim
    this.#events = events
  }

  get local(): Address {
    return this.#claim.local
  }

  /** Delivers a connection, or resets it if the listener has been closed, since it will never be accepted. */
  offer(connection: VirtualConnection): void {
    if (this.#closed) connection.reset()
    else this.#events.onConnection(connection)
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#network.ports.release(this.#claim)
  }
}

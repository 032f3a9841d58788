/** The datagram sockets of a virtual network: their addresses, and the delivery of messages. */
import type { Address } from '../../base/address.js'
import { copyOf } from '../../base/bytes.js'
import type { DatagramBindOptions, DatagramEvents } from '../contract/datagram.js'
import { HostError } from '../contract/error.js'
import { type DatagramNetwork, type Message, VirtualDatagram } from './datagram.js'
import { EphemeralPorts } from './ephemeral-ports.js'
import { type Ip, isBroadcast, isMulticast, isWildcard, overlap, reaches } from './ip.js'
import type { SocketRow } from './netstat.js'
import type { Queue } from './queue.js'
import type { Site } from './site.js'

/** What the datagram sockets of a machine are made of. */
export interface DatagramParts {
  readonly queue: Queue
  /** Chooses the first ephemeral port. */
  readonly seed: number
  readonly site: Site
  /** Sends a message to another machine. */
  readonly send: (message: Message) => void
  /** Whether another machine has the address. */
  readonly isKnown: (ip: Ip) => boolean
}

/** The datagram sockets of one network, and their addresses. The rules are those of Linux. */
export class Datagrams implements DatagramNetwork {
  readonly queue: Queue
  readonly site: Site
  dropped = 0
  readonly isKnown: (ip: Ip) => boolean
  readonly #send: (message: Message) => void
  readonly #ephemeral: EphemeralPorts
  /** The sockets by port, in the order in which they were bound. */
  readonly #sockets = new Map<number, Set<VirtualDatagram>>()

  constructor({ queue, seed, site, send, isKnown }: DatagramParts) {
    this.queue = queue
    this.site = site
    this.isKnown = isKnown
    this.#send = send
    this.#ephemeral = new EphemeralPorts(seed)
  }

  /** A line for each socket, for messages. */
  open(): string[] {
    return [...this.#sockets.values()].flatMap((sockets) => [...sockets].map((socket) => `udp ${socket.describe()}`))
  }

  /** What `netstat` says of each socket. */
  netstat(): SocketRow[] {
    return [...this.#sockets.values()].flatMap((sockets) => [...sockets].map(({ state }) => state))
  }

  /** Binds an address. @throws {HostError} EADDRINUSE, EADDRNOTAVAIL, EINVAL */
  bind(local: Address, options: DatagramBindOptions, events: DatagramEvents): VirtualDatagram {
    const ip = this.site.takeable(local, options.ipv6Only)
    const port = local.port || this.#ephemeral.next((one) => this.#sockets.has(one), 'EADDRINUSE')
    const socket = new VirtualDatagram(this, { family: local.family, ip, port }, options, events)
    const others = this.#sockets.get(port) ?? new Set()
    for (const other of others) {
      const shared = ['reuseAddress', 'reusePort'] as const
      if (!overlap(other, socket) || shared.some((option) => other.options[option] && options[option])) continue
      throw new HostError('EADDRINUSE', `another socket is bound to ${other.describe()}`)
    }
    this.#sockets.set(port, others.add(socket))
    return socket
  }

  release(socket: VirtualDatagram): void {
    const sockets = this.#sockets.get(socket.port)
    sockets?.delete(socket)
    if (sockets?.size === 0) this.#sockets.delete(socket.port)
  }

  send(message: Message): void {
    if (this.isKnown(message.to)) this.#send(message)
    else this.arrive(message)
  }

  /** Delivers a message that has arrived at this machine. */
  arrive({ bytes, from, fromPort, to, port, onRefused }: Message): void {
    const receivers = this.#receivers(from, fromPort, to, port)
    for (const receiver of receivers) receiver.take(receivers.length > 1 ? copyOf(bytes) : bytes, from, fromPort)
    if (receivers.length === 0 && onRefused !== undefined && this.site.has(to)) this.queue.post(onRefused)
  }

  /** Closes all sockets without a word. */
  clear(): void {
    for (const sockets of [...this.#sockets.values()]) for (const socket of [...sockets]) socket.close()
  }

  #receivers(from: Ip, fromPort: number, to: Ip, port: number): VirtualDatagram[] {
    const sockets = [...(this.#sockets.get(port) ?? [])].filter((socket) => socket.hears(from, fromPort))
    if (isMulticast(to)) {
      if (!this.#joined(to)) return []
      return sockets.filter((socket) => socket.takesGroup(to, from))
    }
    if (isBroadcast(to)) return sockets.filter((socket) => isWildcard(socket.ip) && reaches(socket, to))
    const found = this.site.has(to) ? sockets.filter((socket) => reaches(socket, to)) : []
    const best = Math.max(...found.map(score))
    const equals = found.filter((socket) => score(socket) === best)
    // Sockets that share a port (reusePort) share its senders; of those with the same address (reuseAddress), the
    // last one receives.
    const sharing = equals.filter((socket) => socket.options.reusePort)
    const chosen = sharing.length > 0 ? sharing[fromPort % sharing.length] : equals.at(-1)
    return chosen === undefined ? [] : [chosen]
  }

  #joined(group: Ip): boolean {
    for (const sockets of this.#sockets.values()) for (const socket of sockets) if (socket.isMember(group)) return true
    return false
  }
}

/** The rank of a socket among those that a message reaches. */
function score(socket: VirtualDatagram): number {
  return (socket.connected ? 4 : 0) + (isWildcard(socket.ip) ? 0 : 2) + (socket.family === 'ipv4' ? 1 : 0)
}

/**
 * A network inside one process: TCP and UDP between all loops that share the host, in memory, without faults or
 * latency. Events are delivered in the order in which they occurred, so the same program sees the same events in the
 * same order.
 *
 * It behaves like the loopback interface of Linux. Its addresses are 127.0.0.0/8 and `::1`. A connection to any other
 * address fails immediately with ENETUNREACH, and so does a message, unless it is sent to a multicast group or to the
 * broadcast address (255.255.255.255). A message is lost only if its receiver has no room left.
 */
import type { Address } from '../base/address.js'
import { Random } from '../base/random.js'
import type { ConnectionEvents, HostBoundSocket, HostConnection } from './contract/connection.js'
import type { DatagramBindOptions, DatagramEvents, HostDatagram } from './contract/datagram.js'
import type { BindOptions } from './contract/error.js'
import { Host, type HostTimer } from './contract/host.js'
import type { CancelLookup, LookupEvents, LookupFamily } from './contract/lookup.js'
import type { HostUnix } from './contract/unix.js'
import { EventQueue } from './virtual/event-queue.js'
import { type HostsEntries, HostsTable } from './virtual/hosts-table.js'
import type { SocketPhase, SocketRow } from './virtual/netstat.js'
import { Network } from './virtual/network.js'
import { RealClock } from './virtual/real-clock.js'
import { Site } from './virtual/site.js'

/** The options of {@link virtualHost}. */
export interface VirtualHostOptions {
  /**
   * Determines the first ephemeral port and the random numbers that programs get: the same seed yields the same. 0 to
   * 2^32-1. Without it the ports are those of 0, and the numbers those of the platform.
   */
  readonly seed?: number
  /** The hosts of the network, in addition to `localhost`: `{ 'db.test': '127.0.0.2', both: ['127.0.0.3', '::1'] }`. */
  readonly names?: HostsEntries
}

export type { HostsEntries, SocketPhase, SocketRow }

/**
 * Creates a separate network. Loops that are opened with the same host can reach each other.
 *
 * @throws {RangeError} when the seed is not an integer from 0 to 2^32-1
 * @throws {TypeError} when the address of a name is not an IP address
 *
 * @example
 * ```ts
 * import { Loop, TCP, virtualHost } from 'libuv-wasm'
 *
 * const ports: number[] = []
 * for (let run = 0; run < 2; run++) {
 *   const loop = await Loop.open({ host: virtualHost({ seed: 1 }) })
 *   const server = new TCP({ loop })
 *   server.bind(['127.0.0.1', 0])
 *   ports.push(server.sockname.port)
 *   await loop[Symbol.asyncDispose]()
 * }
 * console.log(ports[0] === ports[1])
 * ```
 * ```text
 * true
 * ```
 */
export function virtualHost(options: VirtualHostOptions = {}): VirtualHost {
  return new VirtualHost(options)
}

/** The only interface: all addresses of the network belong to the loopback interface of one machine. */
const INTERFACES: ReadonlyMap<string, number> = new Map([['lo', 1]])

/** The host of a virtual network; see {@link virtualHost}. */
export class VirtualHost extends Host {
  readonly name = 'virtual'
  readonly #clock = new RealClock()
  readonly #queue = new EventQueue()
  readonly #network: Network
  readonly #random: Random | undefined

  readonly #names: HostsTable

  /**
   * @throws {RangeError} when the seed is not an integer from 0 to 2^32-1
   * @throws {TypeError} when the address of a name is not an IP address
   */
  constructor({ seed: given, names = {} }: VirtualHostOptions = {}) {
    super()
    const seed = given ?? 0
    if (!Number.isInteger(seed) || seed < 0 || seed > 0xffff_ffff) {
      throw new RangeError(`Cannot make a virtual network: the seed is ${seed}; give an integer from 0 to 4294967295`)
    }
    this.#random = given === undefined ? undefined : new Random(given).branch('programs')
    this.#network = new Network({ seed, queue: this.#queue, site: new Site() })
    this.#names = new HostsTable(names)
  }

  /** Everything that is still open on the network, one line each; empty when everything has been closed. */
  open(): string[] {
    return this.#network.open()
  }

  /** The sockets of TCP and UDP, like `netstat -an`; `console.table()` shows them. */
  netstat(): SocketRow[] {
    return this.#network.netstat()
  }

  /** The number of messages that were lost because the receiver's buffer was full. */
  get dropped(): number {
    return this.#network.datagrams.dropped
  }

  clock(): number {
    return this.#clock.now()
  }

  wallClock(): number {
    return this.#clock.wall()
  }

  override random(into: Uint8Array): void {
    if (this.#random === undefined) super.random(into)
    else this.#random.fill(into)
  }

  defer(callback: () => void): void {
    this.#queue.post(callback)
  }

  timer(callback: () => void): HostTimer {
    return this.#clock.timer(callback)
  }

  override sharesPorts(): boolean {
    return true
  }

  override keepAlive(): () => void {
    return this.#queue.keepAlive()
  }

  override bind(local: Address, options: BindOptions): HostBoundSocket {
    return this.#network.bind(local, options)
  }

  override connect(remote: Address, events: ConnectionEvents): HostConnection {
    return this.#network.connect(remote, events)
  }

  override get unix(): HostUnix {
    return this.#network.unix
  }

  override interfaces(): ReadonlyMap<string, number> {
    return INTERFACES
  }

  override lookup(name: string, family: LookupFamily, events: LookupEvents): CancelLookup {
    return this.#answer(this.#names.lookup(name, family), events)
  }

  override reverse(address: Address, events: LookupEvents): CancelLookup {
    const name = this.#names.reverse(address)
    return this.#answer(name === undefined ? [] : [name, String(address.port)], events)
  }

  #answer(texts: readonly string[], events: LookupEvents): CancelLookup {
    let asked: LookupEvents | undefined = events
    this.#queue.post(() => {
      if (texts.length > 0) asked?.onAnswer(texts)
      else asked?.onError('ENOENT')
    })
    return () => {
      asked = undefined
    }
  }

  override bindDatagram(local: Address, options: DatagramBindOptions, events: DatagramEvents): HostDatagram {
    return this.#network.datagrams.bind(local, options, events)
  }
}

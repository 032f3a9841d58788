/**
 * A network inside one process: TCP between all loops that share the host, in memory, without faults or latencies. What
 * happens is delivered in the order it came about, so that the same program sees the same events in the same order.
 *
 * It behaves like the loopback interface of Linux. Its addresses are 127.0.0.0/8 and `::1`; a connection to any other
 * address fails with ENETUNREACH at once.
 */
import type { Address } from '../abi/address.js'
import {
  type BindOptions,
  type ConnectionEvents,
  Host,
  type HostConnection,
  type HostPort,
  type HostTimer,
} from './host.js'
import { Network } from './virtual/network.js'
import { RealClock } from './virtual/real-clock.js'

/** What a virtual network may be told. */
export interface VirtualHostOptions {
  /** Chooses the first ephemeral port: the same seed gives the same ports. 0 to 2^32-1; 0 by default. */
  readonly seed?: number
}

/**
 * Makes a network of its own. Loops that are opened with the same host reach each other.
 *
 * @throws {RangeError} when the seed is not an integer from 0 to 2^32-1
 */
export function virtualHost(options: VirtualHostOptions = {}): VirtualHost {
  return new VirtualHost(options)
}

/** See {@link virtualHost}. */
export class VirtualHost extends Host {
  readonly name = 'virtual'
  readonly #clock = new RealClock()
  readonly #network: Network

  /** @throws {RangeError} when the seed is not an integer from 0 to 2^32-1 */
  constructor({ seed = 0 }: VirtualHostOptions = {}) {
    super()
    if (!Number.isInteger(seed) || seed < 0 || seed > 0xffff_ffff) {
      throw new RangeError(`the seed is ${seed}: give an integer from 0 to 4294967295`)
    }
    this.#network = new Network(seed)
  }

  /** What is still open on the network, one line each; empty when everything was closed. */
  open(): string[] {
    return this.#network.open()
  }

  clock(): number {
    return this.#clock.now()
  }

  wallClock(): number {
    return this.#clock.wall()
  }

  defer(callback: () => void): void {
    this.#network.queue.post(callback)
  }

  timer(callback: () => void): HostTimer {
    return this.#clock.timer(callback)
  }

  override keepAlive(): () => void {
    return this.#network.queue.keepAlive()
  }

  override bind(local: Address, options: BindOptions): HostPort {
    return this.#network.bind(local, options)
  }

  override connect(remote: Address, events: ConnectionEvents): HostConnection {
    return this.#network.connect(remote, events)
  }
}

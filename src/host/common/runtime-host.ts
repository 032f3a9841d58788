import { setImmediate } from 'node:timers'
import type { Address } from '../../base/address.js'
import type { ConnectionEvents, HostBoundSocket, HostConnection } from '../contract/connection.js'
import type { DatagramBindOptions, DatagramEvents, HostDatagram } from '../contract/datagram.js'
import type { BindOptions } from '../contract/error.js'
import { Host, type HostTimer } from '../contract/host.js'
import type { CancelLookup, LookupEvents, LookupFamily } from '../contract/lookup.js'
import type { HostUnix } from '../contract/unix.js'
import { interfaces } from './addresses.js'
import { lookup, reverse } from './dns.js'
import { monotonicTime, wallTime } from './time.js'
import { keepAlive, NodeTimer } from './timer.js'
import type { Transport } from './transport.js'

/** The host on Node over one of its transports, and on runtimes that provide Node's modules but different sockets. */
export class NodeHost extends Host {
  readonly name: string
  override readonly deliversInline = true
  readonly #transport: Transport
  #unix: HostUnix | undefined

  /** @param name - the name of the runtime */
  constructor(transport: Transport, name = 'node') {
    super()
    this.name = name
    this.#transport = transport
  }

  /** The name of the selected transport. */
  get transport(): Transport['name'] {
    return this.#transport.name
  }

  clock(): number {
    return monotonicTime()
  }

  wallClock(): number {
    return wallTime()
  }

  /**
   * Immediates run after the poll phase that is in progress or comes next. They are referenced, because Node does not
   * run its loop for an unreferenced one: the deferred call would wait for the next event, possibly forever. So a
   * deferred call keeps the process alive for one iteration of Node's loop.
   */
  defer(callback: () => void): void {
    setImmediate(callback)
  }

  timer(callback: () => void): HostTimer {
    return new NodeTimer(callback)
  }

  override keepAlive(): () => void {
    return keepAlive()
  }

  override sharesPorts(kind: 'stream' | 'datagram'): boolean {
    return this.#transport.sharesPorts(kind)
  }

  override bind(local: Address, options: BindOptions): HostBoundSocket {
    return this.#transport.bind(local, options)
  }

  override connect(remote: Address, events: ConnectionEvents): HostConnection {
    return this.#transport.connect(remote, events)
  }

  override get unix(): HostUnix {
    this.#unix ??= this.#transport.unix()
    return this.#unix
  }

  override lookup(name: string, family: LookupFamily, events: LookupEvents): CancelLookup {
    return lookup(name, family, events)
  }

  override reverse(address: Address, events: LookupEvents): CancelLookup {
    return reverse(address, events)
  }

  override interfaces(): ReadonlyMap<string, number> {
    return interfaces()
  }

  override bindDatagram(local: Address, options: DatagramBindOptions, events: DatagramEvents): HostDatagram {
    return this.#transport.bindDatagram(local, options, events)
  }
}

/**
 * The guest's end of the worker driver: a host whose sockets are in another thread. What the contract wants at once (bind,
 * listen, connect) waits for the parent's answer; everything else is a record in a ring, and costs no waiting.
 *
 * One difference remains: a refusal of what is not answered (an option the parent's host does not have) reaches the guest as
 * the failure of its connection.
 */
import type { Address } from '../abi/address.js'
import type { DatagramBindOptions, DatagramEvents, HostDatagram } from '../host/datagram.js'
import {
  type BindOptions,
  type ConnectionEvents,
  Host,
  type HostConnection,
  HostError,
  type HostPort,
  type HostTimer,
} from '../host/host.js'
import type { CancelLookup, LookupEvents, LookupFamily } from '../host/lookup.js'
import type { GuestWire } from './guest-wire.js'
import { RemoteDatagram } from './remote-datagram.js'
import { remoteLookup } from './remote-lookup.js'
import { RemoteConnection, RemotePort } from './remote-stream.js'
import { RemoteUnix } from './remote-unix.js'

/** A host over a {@link GuestWire}. */
export class RemoteHost extends Host {
  readonly name = 'remote'
  readonly #wire: GuestWire
  readonly #unix: RemoteUnix | undefined

  /**
   * @param wire - to the thread that has the sockets
   * @param hasUnix - whether its host has paths for some
   */
  constructor(wire: GuestWire, hasUnix: boolean) {
    super()
    this.#wire = wire
    this.#unix = hasUnix ? new RemoteUnix(wire) : undefined
  }

  /**
   * This thread's own clock, which runs as the parent's does. A parent's host with another idea of time (a virtual clock)
   * cannot be followed: its timers would have to wake this thread, and each batch of records to carry its time.
   */
  override clock(): number {
    return Math.trunc(performance.now() * 1e6)
  }

  override wallClock(): number {
    return Date.now()
  }

  override defer(_callback: () => void): void {
    throw new HostError('ENOTSUP', 'a thread that blocks has no turns')
  }

  override timer(_callback: () => void): HostTimer {
    throw new HostError('ENOTSUP', 'a thread that blocks has no timers')
  }

  override bind(local: Address, { ipv6Only, reusePort }: BindOptions): HostPort {
    const port = this.#wire.call({ call: 'bind', local, options: { ipv6Only, reusePort } })
    return new RemotePort(this.#wire, port)
  }

  override connect(remote: Address, events: ConnectionEvents): HostConnection {
    return new RemoteConnection(this.#wire, this.#wire.call({ call: 'connect', remote }), events)
  }

  override bindDatagram(local: Address, options: DatagramBindOptions, events: DatagramEvents): HostDatagram {
    return new RemoteDatagram(this.#wire, local, options, events)
  }

  override get unix(): RemoteUnix | undefined {
    return this.#unix
  }

  override lookup(name: string, family: LookupFamily, events: LookupEvents): CancelLookup {
    return remoteLookup(this.#wire, { call: 'lookup', name, family }, events)
  }

  override reverse(address: Address, events: LookupEvents): CancelLookup {
    return remoteLookup(this.#wire, { call: 'reverse', address }, events)
  }
}

/**
 * The guest's end of the worker driver: a host whose sockets are in another thread. What the contract wants at once (bind,
 * listen, connect) waits for the parent's answer; everything else is a record in a ring, and costs no waiting.
 *
 * One difference remains: a refusal of what is not answered (an option the parent's host does not have) reaches the guest as
 * the failure of its connection.
 */
import { type Address, unspecified } from '../../base/address.js'
import type { ConnectionEvents, HostBoundSocket, HostConnection } from '../../host/contract/connection.js'
import type { DatagramBindOptions, DatagramEvents, HostDatagram } from '../../host/contract/datagram.js'
import { type BindOptions, HostError } from '../../host/contract/error.js'
import { Host, type HostTimer } from '../../host/contract/host.js'
import type { CancelLookup, LookupEvents, LookupFamily } from '../../host/contract/lookup.js'
import { encode, FIRST_OF_GUEST, type NewConnection, type NewHost, ToParent } from '../protocol.js'
import type { ClientChannel } from './channel.js'
import { RemoteDatagram } from './datagram.js'
import { remoteLookup } from './lookup.js'
import { RemoteBoundSocket, RemoteConnection } from './stream.js'
import { RemoteUnix } from './unix.js'

/** How many addresses are remembered that were connected to. */
const REACHED_MAX = 1024

/** A host over a {@link ClientChannel}. */
export class RemoteHost extends Host {
  readonly name = 'remote'
  readonly #wire: ClientChannel
  readonly #unix: RemoteUnix | undefined
  /** What the parent is told of addresses that it has not refused. */
  readonly #reached = new Map<string, Uint8Array>()
  #nextId = FIRST_OF_GUEST

  /**
   * @param wire - to the thread that has the sockets
   * @param hasUnix - whether its host has paths for some
   */
  constructor(wire: ClientChannel, hasUnix: boolean) {
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

  override bind(local: Address, { ipv6Only, reusePort }: BindOptions): HostBoundSocket {
    const port = this.#wire.call({ call: 'bind', local, options: { ipv6Only, reusePort } })
    return new RemoteBoundSocket(this.#wire, port)
  }

  /**
   * The first connection to an address waits for what the parent's host says of it, so that what may not or cannot be is refused
   * at once; those that follow do not, and a failure of theirs is told late.
   */
  override connect(remote: Address, events: ConnectionEvents): HostConnection {
    const key = JSON.stringify(remote)
    const payload = this.#reached.get(key)
    if (payload !== undefined) return this.#connectTo(remote, payload, events)
    const arrival = this.#wire.call<NewConnection>({ call: 'connect', remote })
    if (this.#reached.size >= REACHED_MAX) this.#reached.clear()
    this.#reached.set(key, encode(remote))
    return new RemoteConnection(this.#wire, arrival, events)
  }

  #connectTo(remote: Address, payload: Uint8Array, events: ConnectionEvents): HostConnection {
    const id = this.#nextId
    this.#nextId = id === 0xffff_ffff ? FIRST_OF_GUEST : id + 1
    this.#wire.post(ToParent.CONNECT, id, 0, payload)
    return new RemoteConnection(this.#wire, { id, local: unspecified(remote.family), remote }, events, false)
  }

  override bindDatagram(local: Address, options: DatagramBindOptions, events: DatagramEvents): HostDatagram {
    return new RemoteDatagram(this.#wire, local, options, events)
  }

  override get unix(): RemoteUnix | undefined {
    return this.#unix
  }

  override interfaces(): ReadonlyMap<string, number> {
    return new Map(this.#wire.call<NewHost>({ call: 'interfaces' }).interfaces)
  }

  override lookup(name: string, family: LookupFamily, events: LookupEvents): CancelLookup {
    return remoteLookup(this.#wire, { call: 'lookup', name, family }, events)
  }

  override reverse(address: Address, events: LookupEvents): CancelLookup {
    return remoteLookup(this.#wire, { call: 'reverse', address }, events)
  }
}

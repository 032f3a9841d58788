/**
 * The guest's end of the worker driver.
 */
import { type Address, unspecified } from '../../base/address.js'
import { wallTime } from '../../host/common/time.js'
import type { ConnectionEvents, HostBoundSocket, HostConnection } from '../../host/contract/connection.js'
import type { DatagramBindOptions, DatagramEvents, HostDatagram } from '../../host/contract/datagram.js'
import { type BindOptions, HostError } from '../../host/contract/error.js'
import { Host, type HostTimer } from '../../host/contract/host.js'
import type { CancelLookup, LookupEvents, LookupFamily } from '../../host/contract/lookup.js'
import type { HostTraits } from '../host-traits.js'
import { encode, FIRST_OF_GUEST, type NewConnection, type NewHost, ToParent } from '../protocol.js'
import type { ClientChannel } from './channel.js'
import { RemoteDatagram } from './datagram.js'
import { remoteLookup } from './lookup.js'
import { RemoteBoundSocket, RemoteConnection } from './stream.js'
import { RemoteUnix } from './unix.js'

/** The maximum number of remembered addresses to which connections were started. */
const REACHED_MAX = 1024

/**
 * A host whose sockets are in another thread, reached by a {@link ClientChannel}. The operations whose result the
 * contract requires immediately (bind, listen, connect) wait for the parent's reply; all others are records in a
 * ring, and do not wait.
 *
 * One difference to a local host remains: an error of an operation without a reply (such as an option that the
 * parent's host does not support) reaches the guest as the failure of its connection.
 */
export class RemoteHost extends Host {
  readonly name = 'remote'
  readonly #wire: ClientChannel
  readonly #unix: RemoteUnix | undefined
  /** The host's clock when this thread's `performance.now()` was 0, in milliseconds. */
  readonly #clockStart: number
  readonly #shares: HostTraits['sharesPorts']
  /** The encoded addresses that the parent has not refused. */
  readonly #reached = new Map<string, Uint8Array>()
  #nextId = FIRST_OF_GUEST

  /**
   * @param wire - the channel to the thread that has the sockets
   * @param traits - what the parent knows of its host: {@link traitsOf}
   */
  constructor(wire: ClientChannel, { hasUnix, sharesPorts, clockStart }: HostTraits) {
    super()
    this.#wire = wire
    this.#unix = hasUnix ? new RemoteUnix(wire) : undefined
    this.#shares = sharesPorts
    this.#clockStart = performance.timeOrigin - clockStart
  }

  /**
   * This thread's own clock, which shows the same time as the parent's and runs like it. A parent's host with a
   * different time (a virtual clock) is not supported: its timers would have to wake this thread, and each batch of
   * records would have to carry its time.
   */
  override clock(): number {
    return Math.trunc((this.#clockStart + performance.now()) * 1e6)
  }

  override wallClock(): number {
    return wallTime()
  }

  override defer(_callback: () => void): void {
    throw new HostError('ENOTSUP', 'a thread that blocks has no event loop')
  }

  /** A timer that fires while the guest waits: a thread that blocks has no event loop. */
  override timer(callback: () => void): HostTimer {
    let cancel = (): void => {}
    return {
      set: (ms) => {
        cancel()
        cancel = this.#wire.after(ms, callback)
      },
      clear: () => cancel(),
    }
  }

  override sharesPorts(kind: 'stream' | 'datagram'): boolean {
    return this.#shares[kind]
  }

  override bind(local: Address, { ipv6Only, reusePort }: BindOptions): HostBoundSocket {
    const port = this.#wire.call({ call: 'bind', local, options: { ipv6Only, reusePort } })
    return new RemoteBoundSocket(this.#wire, port)
  }

  /**
   * The first connection to an address waits for the result of the parent's host, so that forbidden and impossible
   * ones are refused immediately. Later connections do not wait, and their failure is reported late.
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

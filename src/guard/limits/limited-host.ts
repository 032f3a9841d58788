/** A host with limits of what a guest can hold and use. It implements the host contract, so it works over any host. */
import type { Address, UnixAddress } from '../../base/address.js'
import type { ConnectionEvents, HostBoundSocket, HostConnection } from '../../host/contract/connection.js'
import type { DatagramBindOptions, DatagramEvents, HostDatagram } from '../../host/contract/datagram.js'
import type { BindOptions } from '../../host/contract/error.js'
import type { Host } from '../../host/contract/host.js'
import type { CancelLookup, LookupEvents, LookupFamily } from '../../host/contract/lookup.js'
import { HostUnix } from '../../host/contract/unix.js'
import { requireHost, WrappedHost } from '../wrapped-host.js'
import { Ledger, type LimitHooks, type PartOfLedger } from './ledger.js'
import { LimitedDatagram } from './limited-datagram.js'
import { connectLimited, LimitedBoundSocket } from './limited-listener.js'
import { Meters, type NetworkUsage } from './meters.js'
import { type NetworkLimitName, type NetworkLimits, readNetworkLimits } from './network-limits.js'

/** A host with limits. */
export interface LimitedHost extends Host {
  /** What is used of each limit now. */
  readonly usage: NetworkUsage
}

/**
 * Creates a host that passes everything on to the one below, up to the limits of one guest. What is beyond them is
 * refused with the error that POSIX has for it, or waits; never with `EACCES`, which means a policy.
 *
 * @param host - the host that provides the sockets
 * @param limits - by default {@link DEFAULT_NETWORK_LIMITS}
 * @param hooks - what is told of limits that are nearly reached, and reached
 * @throws {TypeError} when a limit is not valid, or `host` is not a host
 *
 * @example
 * ```ts
 * import { limitedHost, Loop, TCP, UVError, virtualHost } from 'libuv-wasm'
 *
 * const host = limitedHost(virtualHost(), { listeners: 1 }, { onLimit: (name) => console.log(name) })
 * const loop = await Loop.open({ host })
 * for (const port of [80, 81]) {
 *   const server = new TCP({ loop })
 *   server.bind(['127.0.0.1', port])
 *   try {
 *     server.listen()
 *   } catch (error) {
 *     if (error instanceof UVError) console.log(error.code, host.usage.listeners)
 *   }
 * }
 * await loop[Symbol.asyncDispose]()
 * ```
 * ```text
 * listeners
 * ENOBUFS { used: 1, limit: 1 }
 * ```
 */
export function limitedHost(
  host: Host,
  limits: Partial<NetworkLimits> = {},
  hooks: LimitHooks<NetworkLimitName> = {},
): LimitedHost {
  requireHost(host, 'limited host')
  return limitHost(host, new Ledger(readNetworkLimits(limits), hooks))
}

/** Like {@link limitedHost}, for limits that are counted with others. */
export function limitHost(host: Host, ledger: PartOfLedger<NetworkLimits>): LimitedHost {
  return new Limiter(host, ledger)
}

class Limiter extends WrappedHost implements LimitedHost {
  readonly #ledger: PartOfLedger<NetworkLimits>
  readonly #meters: Meters
  #unix: LimitedUnix | undefined

  constructor(inner: Host, ledger: PartOfLedger<NetworkLimits>) {
    super(inner)
    this.#ledger = ledger
    this.#meters = new Meters(ledger, () => inner.clock())
  }

  get usage(): NetworkUsage {
    return this.#ledger.usage
  }

  override bind(local: Address, options: BindOptions): HostBoundSocket {
    return this.#hold((gone) => new LimitedBoundSocket(this.inner, this.#meters, this.inner.bind(local, options), gone))
  }

  override connect(remote: Address, events: ConnectionEvents): HostConnection {
    const parts = { host: this.inner, meters: this.#meters, events }
    return this.#hold((gone) => connectLimited({ ...parts, gone }, (own) => this.inner.connect(remote, own)))
  }

  override bindDatagram(local: Address, options: DatagramBindOptions, events: DatagramEvents): HostDatagram {
    const make = (own: DatagramEvents): HostDatagram => this.inner.bindDatagram(local, options, own)
    return this.#hold((gone) => new LimitedDatagram(this.inner, this.#meters, events, gone, make))
  }

  override lookup(name: string, family: LookupFamily, events: LookupEvents): CancelLookup {
    return this.#look(events, (own) => this.inner.lookup(name, family, own))
  }

  override reverse(address: Address, events: LookupEvents): CancelLookup {
    return this.#look(events, (own) => this.inner.reverse(address, own))
  }

  override get unix(): HostUnix | undefined {
    const { unix } = this.inner
    this.#unix ??= unix && new LimitedUnix(this.inner, unix, this.#meters)
    return this.#unix
  }

  #hold<Socket>(make: (gone: () => void) => Socket): Socket {
    return holding(this.#meters, make)
  }

  #look(events: LookupEvents, begin: (events: LookupEvents) => CancelLookup): CancelLookup {
    const done = this.#meters.hold('lookups')
    const own: LookupEvents = {
      onAnswer(texts) {
        done()
        events.onAnswer(texts)
      },
      onError(code) {
        done()
        events.onError(code)
      },
    }
    try {
      const cancel = this.#meters.passing('lookupsPerSecond', () => begin(own))
      return () => {
        cancel()
        done()
      }
    } catch (error) {
      done()
      throw error
    }
  }
}

/** The Unix sockets of a guest with limits. */
class LimitedUnix extends HostUnix {
  readonly #host: Host
  readonly #unix: HostUnix
  readonly #meters: Meters

  constructor(host: Host, unix: HostUnix, meters: Meters) {
    super()
    this.#host = host
    this.#unix = unix
    this.#meters = meters
  }

  bind(local: UnixAddress): HostBoundSocket<UnixAddress> {
    return holding(this.#meters, (gone) => {
      return new LimitedBoundSocket(this.#host, this.#meters, this.#unix.bind(local), gone)
    })
  }

  connect(remote: UnixAddress, events: ConnectionEvents): HostConnection<UnixAddress> {
    const parts = { host: this.#host, meters: this.#meters, events }
    return holding(this.#meters, (gone) => connectLimited({ ...parts, gone }, (own) => this.#unix.connect(remote, own)))
  }

  unlink(path: string): void {
    this.#unix.unlink(path)
  }

  chmod(path: string, mode: number): void {
    this.#unix.chmod(path, mode)
  }

  mode(path: string): number {
    return this.#unix.mode(path)
  }
}

/** Counts a socket while it exists. @param make - makes it, with a function that counts it as gone */
function holding<Socket>(meters: Meters, make: (gone: () => void) => Socket): Socket {
  const gone = meters.hold('sockets')
  try {
    return make(gone)
  } catch (error) {
    gone()
    throw error
  }
}

/** A host with faults. It implements the host contract, so it works over any host, real sockets included. */
import { type Address, UNNAMED, type UnixAddress, unspecified } from '../../base/address.js'
import type { ErrnoName } from '../../base/errno.js'
import type { ConnectionEvents, HostBoundSocket, HostConnection } from '../../host/contract/connection.js'
import type { DatagramBindOptions, DatagramEvents, HostDatagram } from '../../host/contract/datagram.js'
import type { BindOptions } from '../../host/contract/error.js'
import type { Host, HostTimer } from '../../host/contract/host.js'
import type { CancelLookup, LookupEvents, LookupFamily } from '../../host/contract/lookup.js'
import { HostUnix } from '../../host/contract/unix.js'
import { requireHost, WrappedHost } from '../wrapped-host.js'
import type { FaultEntry } from './fault-entry.js'
import { FaultSet, type Faults } from './fault-set.js'
import type { Fault } from './faults.js'
import { FaultyClock } from './faulty-clock.js'
import { FaultyDatagram } from './faulty-datagram.js'
import { connectFaulty, type Faulty, FaultyBoundSocket, requireDescriptor } from './faulty-listener.js'

/** The options of {@link faultyHost}. */
export interface FaultyHostOptions {
  /**
   * Determines every draw: the same seed gives the same ones to the first connection, the second, and so on, whatever
   * happens on the others. 0 to 2^32-1; by default 0.
   */
  readonly seed?: number
  /** The faults to begin with; by default none. */
  readonly faults?: readonly Fault[]
}

/** A host with faults. */
export interface FaultyHost extends Host {
  /** Its faults, which may be changed while it runs. */
  readonly faults: Faults
}

/**
 * Creates a host that passes everything on to the one below, with faults. No byte is lost, changed or reordered except
 * where a fault says so. Bytes that a fault holds back are pending for their writer, or hold back the peer.
 *
 * @param host - the host that provides the sockets
 * @throws {TypeError} when a fault is not valid, or `host` is not a host
 * @throws {RangeError} when the seed is not an integer from 0 to 2^32-1
 *
 * @example
 * ```ts
 * import { Loop, TCP, virtualHost } from 'libuv-wasm'
 * import { faultyHost } from 'libuv-wasm/testing'
 *
 * const host = faultyHost(virtualHost(), {
 *   faults: [{ toxic: 'reset_peer', on: 'connect', after: { upstream: 'third' } }],
 * })
 * const loop = await Loop.open({ host })
 * const server = new TCP({ loop })
 * server.bind(['127.0.0.1', 80])
 * server.listen(8, (server) => server.accept().readStart((peer, status) => status !== 0 && peer.close()))
 *
 * const client = new TCP({ loop })
 * client.connect(['127.0.0.1', 80], () => {
 *   for (const word of ['first', 'second', 'third']) client.write(new TextEncoder().encode(word))
 *   client.readStart((client, status) => {
 *     client.close()
 *     server.close()
 *   })
 * })
 * await loop.run()
 * loop.close()
 * for (const { fault, on, effect } of host.faults.explain().fired) console.log(`${fault}: ${on} ${effect}`)
 * ```
 * ```text
 * reset_peer_1: connection 1 to 127.0.0.1:80 is reset
 * ```
 */
export function faultyHost(host: Host, { seed = 0, faults = [] }: FaultyHostOptions = {}): FaultyHost {
  requireHost(host, 'faulty host')
  if (!Number.isInteger(seed) || seed < 0 || seed > 0xffff_ffff)
    throw new RangeError(`Cannot make a faulty host: the seed is ${seed}; give an integer from 0 to 4294967295`)
  if (!Array.isArray(faults))
    throw new TypeError(`Cannot make a faulty host: the faults are ${JSON.stringify(faults)}; give a list of them`)
  const made = new FaultInjector(host, new FaultSet(host, seed))
  for (const fault of faults) made.faults.add(fault)
  return made
}

class FaultInjector extends WrappedHost implements FaultyHost {
  readonly faults: FaultSet
  readonly #parts: Faulty
  readonly #clock: FaultyClock
  #unix: FaultyUnix | undefined

  constructor(inner: Host, faults: FaultSet) {
    super(inner)
    this.faults = faults
    this.#parts = { host: inner, faults }
    this.#clock = new FaultyClock(inner, faults)
    faults.onChange = () => this.#clock.update()
  }

  override clock(): number {
    return this.#clock.clock()
  }

  override wallClock(): number {
    return this.#clock.wallClock()
  }

  override timer(callback: () => void): HostTimer {
    return this.#clock.timer(callback)
  }

  override bind(local: Address, options: BindOptions): HostBoundSocket {
    requireDescriptor(this.faults, 'a bound socket')
    return new FaultyBoundSocket(this.#parts, this.inner.bind(local, options))
  }

  override connect(remote: Address, events: ConnectionEvents): HostConnection {
    requireDescriptor(this.faults, 'a connecting socket')
    const parts = { local: unspecified(remote.family), remote, events }
    return connectFaulty(this.#parts, parts, (own) => this.inner.connect(remote, own))
  }

  override bindDatagram(local: Address, options: DatagramBindOptions, events: DatagramEvents): HostDatagram {
    requireDescriptor(this.faults, 'a datagram socket')
    return new FaultyDatagram(this.faults, events, (own) => this.inner.bindDatagram(local, options, own))
  }

  override lookup(name: string, family: LookupFamily, events: LookupEvents): CancelLookup {
    const failing = this.#failLookup(name, (entry) => entry.isAboutName(name), events)
    if (failing !== undefined) return failing
    const learn = this.faults.names.ask(name, family)
    return this.inner.lookup(name, family, {
      onAnswer: (texts) => {
        learn(texts)
        events.onAnswer(texts)
      },
      onError: (code) => events.onError(code),
    })
  }

  override reverse(address: Address, events: LookupEvents): CancelLookup {
    const isAbout = ({ fault }: FaultEntry): boolean => fault.toxic === 'lookup' && fault.host === undefined
    return this.#failLookup(address.host, isAbout, events) ?? this.inner.reverse(address, events)
  }

  override get unix(): HostUnix | undefined {
    const { unix } = this.inner
    this.#unix ??= unix && new FaultyUnix(this.#parts, unix)
    return this.#unix
  }

  /** Fails a lookup if a fault says so; `undefined` if none does. */
  #failLookup(what: string, isAbout: (entry: FaultEntry) => boolean, events: LookupEvents): CancelLookup | undefined {
    const struck = this.faults.strike('lookup', isAbout)
    if (struck === undefined) return undefined
    const { error = 'ENOENT', delay = 0 }: { error?: ErrnoName; delay?: number } = struck.fault
    this.faults.note(struck.entry, `the lookup of ${what}`, `gets ${error}`)
    const timer = this.inner.timer(() => events.onError(error))
    timer.set(delay)
    return () => timer.clear()
  }
}

/** Unix sockets with faults. */
class FaultyUnix extends HostUnix {
  readonly #parts: Faulty
  readonly #inner: HostUnix

  constructor(parts: Faulty, inner: HostUnix) {
    super()
    this.#parts = parts
    this.#inner = inner
  }

  bind(local: UnixAddress): HostBoundSocket<UnixAddress> {
    requireDescriptor(this.#parts.faults, 'a bound socket')
    return new FaultyBoundSocket(this.#parts, this.#inner.bind(local))
  }

  connect(remote: UnixAddress, events: ConnectionEvents): HostConnection<UnixAddress> {
    requireDescriptor(this.#parts.faults, 'a connecting socket')
    const parts = { local: UNNAMED, remote, events }
    return connectFaulty(this.#parts, parts, (own) => this.#inner.connect(remote, own))
  }

  unlink(path: string): void {
    this.#inner.unlink(path)
  }

  chmod(path: string, mode: number): void {
    this.#inner.chmod(path, mode)
  }

  mode(path: string): number {
    return this.#inner.mode(path)
  }
}

/**
 * The contract between the kernel and its platform. A host provides the sockets, clocks and timers of its platform;
 * it knows nothing of descriptors, memory or libuv. Every method that a host does not override throws, so a host
 * never claims support for what it does not implement.
 *
 * The rules for every host:
 *
 * - Results that the caller needs immediately (bind, listen, the local address of a connecting socket) are returned
 *   immediately, and failures are thrown as {@link HostError}. Later results arrive through the events object, never
 *   before the call that requested them has returned.
 * - Errors are identified by their POSIX names.
 * - No event follows `close()`, `reset()` or `onError`.
 * - A host keeps the process alive only while {@link Host.keepAlive} is held: its sockets and timers are unreferenced.
 */
import type { Address } from '../../base/address.js'
import type { ConnectionEvents, HostBoundSocket, HostConnection } from './connection.js'
import type { DatagramBindOptions, DatagramEvents, HostDatagram } from './datagram.js'
import { type BindOptions, HostError } from './error.js'
import type { CancelLookup, LookupEvents, LookupFamily } from './lookup.js'
import type { HostUnix } from './unix.js'

/** A timer of a host; it can be set again any number of times. */
export interface HostTimer {
  /**
   * Calls back once after `ms` milliseconds; replaces an earlier setting.
   *
   * @param ms - 0 or more
   */
  set(ms: number): void
  /** Cancels the timer. */
  clear(): void
}

/** The most random bytes that a platform returns at once. */
const RANDOM_PIECE = 65_536

const NO_INTERFACES: ReadonlyMap<string, number> = new Map()

/** The platform of a loop: its sockets, clocks and timers. */
export abstract class Host {
  /** A short name for messages and tables, such as `node` or `virtual`. */
  abstract readonly name: string
  /**
   * Whether received bytes may be handled, and answered, within `onData`, before {@link Host.defer} calls back.
   * Suitable for a host that delivers the events of an operating system one by one, each as its last action.
   */
  readonly deliversInline: boolean = false

  /** Monotonic time in nanoseconds, from a start that is long ago: it is never 0. */
  abstract clock(): number
  /** Wall clock time in milliseconds since 1970; it may have a fraction. */
  abstract wallClock(): number
  /** Fills an array with random bytes; by default those that the platform has for keys. */
  random(into: Uint8Array): void {
    for (let start = 0; start < into.length; start += RANDOM_PIECE)
      globalThis.crypto.getRandomValues(into.subarray(start, start + RANDOM_PIECE))
  }

  /**
   * Calls back once the events that are currently queued in the host's event loop have been delivered, so that one
   * turn of libuv's loop handles them together.
   */
  abstract defer(callback: () => void): void
  /** Creates a timer, which is not set yet. */
  abstract timer(callback: () => void): HostTimer
  /** Keeps the process alive until the returned function is called. */
  keepAlive(): () => void {
    return () => {}
  }

  /**
   * Whether sockets of that kind can share a port ({@link BindOptions.reusePort}). A program is told so when it asks
   * for the option, and not when it binds.
   */
  sharesPorts(_kind: 'stream' | 'datagram'): boolean {
    return false
  }

  /**
   * Binds a local address, synchronously.
   *
   * @param _local - port 0 selects a free port
   * @throws {HostError} EADDRINUSE, EADDRNOTAVAIL, EACCES, EAFNOSUPPORT, ENOTSUP
   */
  bind(_local: Address, _options: BindOptions): HostBoundSocket {
    throw new HostError('EOPNOTSUPP', `the ${this.name} host cannot bind`)
  }

  /**
   * Starts to connect from a free port. `onConnect` or `onError` reports the outcome later.
   *
   * @throws {HostError} errors that are known immediately: ENETUNREACH, EADDRNOTAVAIL, EACCES, EAFNOSUPPORT
   */
  connect(_remote: Address, _events: ConnectionEvents): HostConnection {
    throw new HostError('EOPNOTSUPP', `the ${this.name} host cannot connect`)
  }

  /**
   * Looks up the addresses of a name. Numeric addresses are never passed. `localhost` is passed only by callers that
   * want the host's own answer; a host need not know it.
   *
   * @param _name - a name in ASCII, 1 to 255 characters; but `libuv-wasm/net` passes its argument unchanged, like
   *   `node:net`, and leaves its validation to the host's resolver
   * @throws {HostError} errors that are known immediately: EACCES, ENOTSUP
   */
  lookup(_name: string, _family: LookupFamily, _events: LookupEvents): CancelLookup {
    throw new HostError('ENOTSUP', `the ${this.name} host cannot look up names`)
  }

  /**
   * Looks up the name of an address, and the name of the service at its port.
   *
   * @throws {HostError} errors that are known immediately: EACCES, ENOTSUP
   */
  reverse(_address: Address, _events: LookupEvents): CancelLookup {
    throw new HostError('ENOTSUP', `the ${this.name} host cannot look up addresses`)
  }

  /**
   * Binds a local address for messages, synchronously.
   *
   * @param _local - port 0 selects a free port
   * @throws {HostError} EADDRINUSE, EADDRNOTAVAIL, EACCES, EAFNOSUPPORT, EMFILE, ENOTSUP
   */
  bindDatagram(_local: Address, _options: DatagramBindOptions, _events: DatagramEvents): HostDatagram {
    throw new HostError('EOPNOTSUPP', `the ${this.name} host does not support datagrams`)
  }

  /**
   * The indexes of the network interfaces by name, as far as the host knows them. A link-local address has one of
   * them after its `%`.
   */
  interfaces(): ReadonlyMap<string, number> {
    return NO_INTERFACES
  }

  /** Sockets with paths as names (`AF_UNIX`); `undefined` if the host has none. */
  get unix(): HostUnix | undefined {
    return undefined
  }
}

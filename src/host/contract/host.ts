/**
 * The contract between the kernel and the world outside. A host knows sockets, clocks and timers of its platform; it knows
 * nothing of descriptors, memory or libuv. Every method a host does not override refuses, so a host is honest by default.
 *
 * The rules, for every host:
 *
 * - What must be answered now (bind, listen, the local address of a connecting socket) is answered now, and failures are
 *   thrown as {@link HostError}. What can only be known later arrives through the events object, never before the call that
 *   asked for it has returned.
 * - An error travels by its POSIX name.
 * - No event follows `close()` or `reset()`, nor `onError`.
 * - A host keeps the process alive only while {@link Host.keepAlive} holds it: its sockets and timers are unreferenced.
 */
import type { Address } from '../../base/address.js'
import type { ConnectionEvents, HostBoundSocket, HostConnection } from './connection.js'
import type { DatagramBindOptions, DatagramEvents, HostDatagram } from './datagram.js'
import { type BindOptions, HostError } from './error.js'
import type { CancelLookup, LookupEvents, LookupFamily } from './lookup.js'
import type { HostUnix } from './unix.js'

/** A timer of a host; set again and again without making a new one. */
export interface HostTimer {
  /**
   * Calls back once after `ms` milliseconds; replaces what was set before.
   *
   * @param ms - 0 or more
   */
  set(ms: number): void
  /** Forgets what was set. */
  clear(): void
}

const NO_INTERFACES: ReadonlyMap<string, number> = new Map()

/** The outside world of a loop. */
export abstract class Host {
  /** A word for messages and tables: `node`, `virtual`. */
  abstract readonly name: string
  /**
   * Whether bytes may be answered before {@link Host.defer} calls back, within `onData`. Right for a host that tells what an
   * operating system told it, one thing after the other, and does so as the last thing it does.
   */
  readonly deliversInline: boolean = false

  /** Monotonic time in nanoseconds, from an arbitrary start. */
  abstract clock(): number
  /** Wall clock time, in milliseconds since 1970 (a fraction is welcome). */
  abstract wallClock(): number
  /**
   * Calls back once the events that the host's event loop holds at this moment have been delivered, so that one turn of
   * libuv's loop sees them together.
   */
  abstract defer(callback: () => void): void
  /** Makes a timer that is not set yet. */
  abstract timer(callback: () => void): HostTimer
  /** Keeps the process alive until the returned function is called. */
  keepAlive(): () => void {
    return () => {}
  }

  /**
   * Takes a local address, now.
   *
   * @param _local - port 0 takes a free one
   * @throws {HostError} EADDRINUSE, EADDRNOTAVAIL, EACCES, EAFNOSUPPORT, ENOTSUP
   */
  bind(_local: Address, _options: BindOptions): HostBoundSocket {
    throw new HostError('EOPNOTSUPP', `the ${this.name} host cannot bind`)
  }

  /**
   * Starts to connect from a free port. The outcome is `onConnect` or `onError`, later.
   *
   * @throws {HostError} what is known at once: ENETUNREACH, EADDRNOTAVAIL, EACCES, EAFNOSUPPORT
   */
  connect(_remote: Address, _events: ConnectionEvents): HostConnection {
    throw new HostError('EOPNOTSUPP', `the ${this.name} host cannot connect`)
  }

  /**
   * Looks up the addresses of a name. Addresses in numbers do not come here, and `localhost` only for who wants to know what
   * the host has to say of it; who does not know it need not.
   *
   * @param _name - a name in ASCII, 1 to 255 characters; but `libuv-wasm/net` gives what it was given, as `node:net` does, and the
   *   host's resolver is the judge of it
   * @throws {HostError} what is known at once: EACCES, ENOTSUP
   */
  lookup(_name: string, _family: LookupFamily, _events: LookupEvents): CancelLookup {
    throw new HostError('ENOTSUP', `the ${this.name} host cannot look names up`)
  }

  /**
   * Looks up the name that an address has, and the service that its port is known for.
   *
   * @throws {HostError} what is known at once: EACCES, ENOTSUP
   */
  reverse(_address: Address, _events: LookupEvents): CancelLookup {
    throw new HostError('ENOTSUP', `the ${this.name} host cannot look addresses up`)
  }

  /**
   * Takes a local address for messages, now.
   *
   * @param _local - port 0 takes a free one
   * @throws {HostError} EADDRINUSE, EADDRNOTAVAIL, EACCES, EAFNOSUPPORT, EMFILE, ENOTSUP
   */
  bindDatagram(_local: Address, _options: DatagramBindOptions, _events: DatagramEvents): HostDatagram {
    throw new HostError('EOPNOTSUPP', `the ${this.name} host has no datagrams`)
  }

  /**
   * The numbers of network interfaces by their names, as far as the host can tell them: what follows `%` in a link-local
   * address.
   */
  interfaces(): ReadonlyMap<string, number> {
    return NO_INTERFACES
  }

  /** Sockets that have paths for names (`AF_UNIX`); `undefined` where there are none. */
  get unix(): HostUnix | undefined {
    return undefined
  }
}

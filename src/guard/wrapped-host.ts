/** A host over another one. */
import type { Address } from '../base/address.js'
import type { ConnectionEvents, HostBoundSocket, HostConnection } from '../host/contract/connection.js'
import type { DatagramBindOptions, DatagramEvents, HostDatagram } from '../host/contract/datagram.js'
import type { BindOptions } from '../host/contract/error.js'
import { Host, type HostTimer } from '../host/contract/host.js'
import type { CancelLookup, LookupEvents, LookupFamily } from '../host/contract/lookup.js'
import type { HostUnix } from '../host/contract/unix.js'

/**
 * Recognizes a host by its methods, since it may come from another copy of this package.
 *
 * @param what - what is made of it, for the message
 * @throws {TypeError} when it is none
 */
export function requireHost(host: Host, what: string): void {
  if (typeof host?.defer === 'function') return
  throw new TypeError(`Cannot make a ${what}: this is not a host; make one with nodeHost() or virtualHost()`)
}

/** Passes every call on to the host below. A guard overrides the calls that it is about. */
export class WrappedHost extends Host {
  readonly name: string
  override readonly deliversInline: boolean
  /** The host below. */
  protected readonly inner: Host

  /** @param inner - the host below */
  constructor(inner: Host) {
    super()
    this.name = inner.name
    this.deliversInline = inner.deliversInline
    this.inner = inner
  }

  override clock(): number {
    return this.inner.clock()
  }

  override wallClock(): number {
    return this.inner.wallClock()
  }

  override random(into: Uint8Array): void {
    this.inner.random(into)
  }

  override defer(callback: () => void): void {
    this.inner.defer(callback)
  }

  override timer(callback: () => void): HostTimer {
    return this.inner.timer(callback)
  }

  override keepAlive(): () => void {
    return this.inner.keepAlive()
  }

  override sharesPorts(kind: 'stream' | 'datagram'): boolean {
    return this.inner.sharesPorts(kind)
  }

  override bind(local: Address, options: BindOptions): HostBoundSocket {
    return this.inner.bind(local, options)
  }

  override connect(remote: Address, events: ConnectionEvents): HostConnection {
    return this.inner.connect(remote, events)
  }

  override bindDatagram(local: Address, options: DatagramBindOptions, events: DatagramEvents): HostDatagram {
    return this.inner.bindDatagram(local, options, events)
  }

  override lookup(name: string, family: LookupFamily, events: LookupEvents): CancelLookup {
    return this.inner.lookup(name, family, events)
  }

  override reverse(address: Address, events: LookupEvents): CancelLookup {
    return this.inner.reverse(address, events)
  }

  override interfaces(): ReadonlyMap<string, number> {
    return this.inner.interfaces()
  }

  override get unix(): HostUnix | undefined {
    return this.inner.unix
  }
}

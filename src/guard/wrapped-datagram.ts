/** A datagram socket over another one. */
import type { Address } from '../base/address.js'
import type { ErrnoName } from '../base/errno.js'
import { type DatagramBuffer, type DatagramEvents, HostDatagram, type Membership } from '../host/contract/datagram.js'

/** Passes calls to the socket below, and its events on. A guard overrides what it is about. */
export class WrappedDatagram extends HostDatagram implements DatagramEvents {
  /** The socket below. */
  protected readonly inner: HostDatagram
  /** What receives the events. */
  protected readonly events: DatagramEvents

  /** @param make - makes the socket below, with the receiver of its events, of which none comes before it returns */
  constructor(events: DatagramEvents, make: (events: DatagramEvents) => HostDatagram) {
    super()
    this.events = events
    this.inner = make(this)
  }

  get local(): Address {
    return this.inner.local
  }

  send(bytes: Uint8Array, to: Address | undefined): boolean {
    return this.inner.send(bytes, to)
  }

  readStart(): void {
    this.inner.readStart()
  }

  readStop(): void {
    this.inner.readStop()
  }

  close(): void {
    this.inner.close()
  }

  override connect(remote: Address): void {
    this.inner.connect(remote)
  }

  override disconnect(): void {
    this.inner.disconnect()
  }

  override setBroadcast(enable: boolean): void {
    this.inner.setBroadcast(enable)
  }

  override setTtl(ttl: number): void {
    this.inner.setTtl(ttl)
  }

  override setMulticastTtl(ttl: number): void {
    this.inner.setMulticastTtl(ttl)
  }

  override setMulticastLoop(enable: boolean): void {
    this.inner.setMulticastLoop(enable)
  }

  override setMulticastInterface(on: string | number): void {
    this.inner.setMulticastInterface(on)
  }

  override setMembership(membership: Membership, join: boolean): void {
    this.inner.setMembership(membership, join)
  }

  override setBufferSize(which: DatagramBuffer, bytes: number): void {
    this.inner.setBufferSize(which, bytes)
  }

  onMessage(bytes: Uint8Array, from: Address): void {
    this.events.onMessage(bytes, from)
  }

  onDrain(): void {
    this.events.onDrain()
  }

  onError(code: ErrnoName): void {
    this.events.onError(code)
  }
}

/** Datagram sockets with faults: a partition loses messages. */
import type { Address } from '../../base/address.js'
import { formatEndpoint } from '../../base/endpoint.js'
import {
  type DatagramBuffer,
  type DatagramEvents,
  HostDatagram,
  type Membership,
} from '../../host/contract/datagram.js'
import type { FaultSet } from './fault-set.js'

/** A datagram socket with faults. Sending is upstream, and receiving downstream. */
export class FaultyDatagram extends HostDatagram {
  readonly #inner: HostDatagram
  readonly #faults: FaultSet
  /** The address that it is connected to. */
  #peer: Address | undefined

  /** @param make - makes the socket below, with the receiver of its events */
  constructor(faults: FaultSet, events: DatagramEvents, make: (events: DatagramEvents) => HostDatagram) {
    super()
    this.#faults = faults
    this.#inner = make({
      onMessage: (bytes, from) => {
        if (!this.#isLost(from, 'downstream')) events.onMessage(bytes, from)
      },
      onDrain: () => events.onDrain(),
      onError: (code) => events.onError(code),
    })
  }

  get local(): Address {
    return this.#inner.local
  }

  send(bytes: Uint8Array, to: Address | undefined): boolean {
    const peer = to ?? this.#peer
    return (peer !== undefined && this.#isLost(peer, 'upstream')) || this.#inner.send(bytes, to)
  }

  readStart(): void {
    this.#inner.readStart()
  }

  readStop(): void {
    this.#inner.readStop()
  }

  close(): void {
    this.#inner.close()
  }

  override connect(remote: Address): void {
    this.#inner.connect(remote)
    this.#peer = remote
  }

  override disconnect(): void {
    this.#inner.disconnect()
    this.#peer = undefined
  }

  override setBroadcast(enable: boolean): void {
    this.#inner.setBroadcast(enable)
  }

  override setTtl(ttl: number): void {
    this.#inner.setTtl(ttl)
  }

  override setMulticastTtl(ttl: number): void {
    this.#inner.setMulticastTtl(ttl)
  }

  override setMulticastLoop(enable: boolean): void {
    this.#inner.setMulticastLoop(enable)
  }

  override setMulticastInterface(on: string | number): void {
    this.#inner.setMulticastInterface(on)
  }

  override setMembership(membership: Membership, join: boolean): void {
    this.#inner.setMembership(membership, join)
  }

  override setBufferSize(which: DatagramBuffer, bytes: number): void {
    this.#inner.setBufferSize(which, bytes)
  }

  #isLost(peer: Address, direction: 'upstream' | 'downstream'): boolean {
    const entry = this.#faults.loses(peer, direction)
    if (entry === undefined) return false
    const preposition = direction === 'upstream' ? 'to' : 'from'
    this.#faults.note(entry, `a message ${preposition} ${formatEndpoint(peer)}`, 'is lost')
    return true
  }
}

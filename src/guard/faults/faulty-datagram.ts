/** Datagram sockets with faults: a partition loses messages. */
import type { Address } from '../../base/address.js'
import { formatEndpoint } from '../../base/endpoint.js'
import type { DatagramEvents, HostDatagram } from '../../host/contract/datagram.js'
import { WrappedDatagram } from '../wrapped-datagram.js'
import type { FaultSet } from './fault-set.js'

/** A datagram socket with faults. Sending is upstream, and receiving downstream. */
export class FaultyDatagram extends WrappedDatagram {
  readonly #faults: FaultSet
  /** The address that it is connected to. */
  #peer: Address | undefined

  /** @param make - makes the socket below, with the receiver of its events */
  constructor(faults: FaultSet, events: DatagramEvents, make: (events: DatagramEvents) => HostDatagram) {
    super(events, make)
    this.#faults = faults
  }

  override onMessage(bytes: Uint8Array, from: Address): void {
    if (!this.#isLost(from, 'downstream')) this.events.onMessage(bytes, from)
  }

  override send(bytes: Uint8Array, to: Address | undefined): boolean {
    const peer = to ?? this.#peer
    return (peer !== undefined && this.#isLost(peer, 'upstream')) || this.inner.send(bytes, to)
  }

  override connect(remote: Address): void {
    this.inner.connect(remote)
    this.#peer = remote
  }

  override disconnect(): void {
    this.inner.disconnect()
    this.#peer = undefined
  }

  #isLost(peer: Address, direction: 'upstream' | 'downstream'): boolean {
    const entry = this.#faults.loses(peer, direction)
    if (entry === undefined) return false
    const preposition = direction === 'upstream' ? 'to' : 'from'
    this.#faults.note(entry, `a message ${preposition} ${formatEndpoint(peer)}`, 'is lost')
    return true
  }
}

/** A datagram socket with a rate of messages and bytes. */
import type { Address } from '../../base/address.js'
import type { DatagramEvents, HostDatagram } from '../../host/contract/datagram.js'
import type { Host, HostTimer } from '../../host/contract/host.js'
import { WrappedDatagram } from '../wrapped-datagram.js'
import type { Meters } from './meters.js'

/**
 * A guest's datagram socket with limits. Beyond the rate a message is not accepted, so that the guest waits or gets
 * `EAGAIN`; received messages wait in the platform's buffer, which drops those for which it has no room.
 */
export class LimitedDatagram extends WrappedDatagram {
  readonly #meters: Meters
  readonly #gone: () => void
  readonly #sending: HostTimer
  readonly #receiving: HostTimer
  #isReading = false

  /**
   * @param gone - counts the socket as gone
   * @param make - makes the socket below, with the receiver of its events
   */
  constructor(
    host: Host,
    meters: Meters,
    events: DatagramEvents,
    gone: () => void,
    make: (events: DatagramEvents) => HostDatagram,
  ) {
    super(events, make)
    this.#meters = meters
    this.#gone = gone
    this.#sending = host.timer(() => events.onDrain())
    this.#receiving = host.timer(() => this.#read())
  }

  override send(bytes: Uint8Array, to: Address | undefined): boolean {
    const { sent } = this.#meters
    // A message may exceed what is left: the next one waits for it.
    const delay = sent.wait(1) || this.#meters.pass('messagesPerSecond')
    if (delay > 0) {
      this.#sending.set(delay)
      return false
    }
    const isAccepted = this.inner.send(bytes, to)
    if (isAccepted) sent.owe(bytes.length)
    return isAccepted
  }

  override readStart(): void {
    this.#isReading = true
    this.#read()
  }

  override readStop(): void {
    this.#isReading = false
    this.#receiving.clear()
    this.inner.readStop()
  }

  override close(): void {
    this.#sending.clear()
    this.#receiving.clear()
    this.inner.close()
    this.#gone()
  }

  override onMessage(bytes: Uint8Array, from: Address): void {
    const { received } = this.#meters
    received.owe(bytes.length)
    const delay = received.wait(1)
    if (delay > 0) {
      received.reach()
      this.inner.readStop()
      this.#receiving.set(delay)
    }
    this.events.onMessage(bytes, from)
  }

  #read(): void {
    if (!this.#isReading) return
    const delay = this.#meters.received.wait(1)
    if (delay === 0) this.inner.readStart()
    else this.#receiving.set(delay)
  }
}

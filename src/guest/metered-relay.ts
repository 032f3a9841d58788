import type { ErrnoName } from '../base/errno.js'
import type { Gauge } from '../base/gauge.js'
import type { Lane, Ledger } from '../guard/limits/ledger.js'
import type { Limits } from '../guard/limits/limits.js'
import type { TokenBucket } from '../guard/limits/token-bucket.js'
import type { Host, HostTimer } from '../host/contract/host.js'
import type { StreamRelay, StreamRelayEvents } from '../host/contract/stream.js'

/**
 * Holds a guest to the limits of its output. All that it sends is passed on at once; what comes late is the answer that
 * it was sent, so that the guest waits.
 */
export class MeteredRelay implements StreamRelay, StreamRelayEvents {
  events: StreamRelayEvents = { onInput() {}, onNothing() {}, onSent() {} }
  readonly #relay: StreamRelay
  readonly #held: Gauge
  readonly #rate: TokenBucket
  readonly #timer: HostTimer
  /** The sizes of the pieces that their receiver has not taken. */
  readonly #sizes: number[] = []
  /** How many pieces were sent faster than the rate. */
  #late = 0

  /** @param lane - that of the stream */
  constructor(relay: StreamRelay, host: Host, ledger: Ledger<Limits>, lane: Lane) {
    this.#relay = relay
    this.#held = ledger.gauge('outputBytes', lane)
    this.#rate = ledger.bucket('outputPerSecond', () => host.clock(), lane)
    this.#timer = host.timer(() => this.#answer())
    relay.events = this
  }

  want(max: number): void {
    this.#relay.want(max)
  }

  send(bytes: Uint8Array): void {
    this.#sizes.push(bytes.length)
    this.#held.add(bytes.length)
    if (this.#held.full) this.#held.reach()
    this.#rate.owe(bytes.length)
    this.#relay.send(bytes)
  }

  close(drop: boolean): void {
    if (drop) this.#timer.clear()
    this.#relay.close(drop)
  }

  onInput(bytes: Uint8Array | ErrnoName): void {
    this.events.onInput(bytes)
  }

  onNothing(): void {
    this.events.onNothing()
  }

  onSent(error: ErrnoName | undefined): void {
    this.#held.give(this.#sizes.shift() ?? 0)
    const isLate = this.#late > 0 || this.#rate.wait(1) > 0
    if (error !== undefined || !isLate) {
      this.events.onSent(error)
      return
    }
    this.#rate.reach()
    if (this.#late++ === 0) this.#timer.set(this.#rate.wait(1))
  }

  #answer(): void {
    const wait = this.#rate.wait(1)
    if (wait > 0) {
      this.#timer.set(wait)
      return
    }
    const due = this.#late
    this.#late = 0
    for (let count = 0; count < due; count++) this.events.onSent(undefined)
  }
}

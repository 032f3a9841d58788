/** A limit of a rate, as network equipment has it (RFC 2697, "token bucket"). */

import type { Gauge } from '../../base/gauge.js'

/** A rate with a burst. */
export interface Rate {
  /** How many per second, in the long run; more than 0. */
  readonly rate: number
  /** How many at once, after a pause; at least 1. */
  readonly burst: number
}

const SECOND = 1e9

/** Tokens that come at a rate, up to a burst, and are taken. It is full at first. */
export class TokenBucket {
  readonly rate: Rate
  /** The monotonic clock, in nanoseconds. */
  readonly #clock: () => number
  readonly #isUnlimited: boolean
  readonly #gauge: Gauge | undefined
  #tokens: number
  #at: number

  /**
   * @param clock - monotonic, in nanoseconds
   * @param gauge - shows how much of the burst is used, and tells of it
   */
  constructor(rate: Rate, clock: () => number, gauge?: Gauge) {
    this.rate = rate
    this.#gauge = gauge
    this.#clock = clock
    this.#isUnlimited = rate.rate === Number.POSITIVE_INFINITY
    this.#tokens = rate.burst
    this.#at = clock()
  }

  /** Takes up to `wanted` tokens. @returns how many: whole ones */
  take(wanted: number): number {
    if (this.#isUnlimited) return wanted
    this.#refill()
    const taken = Math.max(0, Math.min(wanted, Math.floor(this.#tokens)))
    this.#tokens -= taken
    this.#show()
    return taken
  }

  /** Takes tokens that may not be there yet, for what has happened already. */
  owe(count: number): void {
    if (this.#isUnlimited) return
    this.#refill()
    this.#tokens -= count
    this.#show()
  }

  /** Gives tokens back that were not used. */
  giveBack(count: number): void {
    if (!this.#isUnlimited) this.#tokens = Math.min(this.rate.burst, this.#tokens + count)
  }

  /** The milliseconds until `count` tokens are there, at most a burst of them: 0 if they are. */
  wait(count: number): number {
    if (this.#isUnlimited) return 0
    this.#refill()
    const missing = Math.min(count, this.rate.burst) - this.#tokens
    return missing <= 0 ? 0 : Math.ceil((missing / this.rate.rate) * 1000)
  }

  /** Tells that the rate has kept something from happening. */
  reach(): void {
    this.#gauge?.reach()
  }

  /** How many tokens of the burst are used, rounded up; more than all while tokens are owed. */
  get usedNow(): number {
    if (this.#isUnlimited) return 0
    this.#refill()
    return Math.ceil(this.rate.burst - this.#tokens)
  }

  #show(): void {
    // Rounded up as in usedNow: gauges count whole things.
    this.#gauge?.set(Math.ceil(this.rate.burst - this.#tokens))
  }

  #refill(): void {
    const now = this.#clock()
    const { rate, burst } = this.rate
    this.#tokens = Math.min(burst, this.#tokens + ((now - this.#at) / SECOND) * rate)
    this.#at = now
  }
}

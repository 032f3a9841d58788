/** A limit of a rate, as network equipment has it (RFC 2697, "token bucket"). */

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
  #tokens: number
  #at: number

  /** @param clock - monotonic, in nanoseconds */
  constructor(rate: Rate, clock: () => number) {
    this.rate = rate
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
    return taken
  }

  /** Takes tokens that may not be there yet, for what has happened already. */
  owe(count: number): void {
    if (this.#isUnlimited) return
    this.#refill()
    this.#tokens -= count
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

  /** How much of the burst is used, 0 to 1; more while tokens are owed. */
  get used(): number {
    if (this.#isUnlimited) return 0
    this.#refill()
    return 1 - this.#tokens / this.rate.burst
  }

  #refill(): void {
    const now = this.#clock()
    const { rate, burst } = this.rate
    this.#tokens = Math.min(burst, this.#tokens + ((now - this.#at) / SECOND) * rate)
    this.#at = now
  }
}

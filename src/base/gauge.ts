/** Counting what is used of a limit, cheaply enough for each message. */

/** What there is to tell of a limit: it is used little, nearly used up, or keeps something from happening. */
export type Level = 'calm' | 'warning' | 'limit'

/** The part of a limit at which `warning` is told, and that below which everything may be told again. */
const WARNING = 0.8
const CALM = 0.6

/** What a gauge reports to. */
export interface GaugeOwner {
  /** Called when the level changes: seldom, and never twice with the same. */
  readonly tell: (level: Level) => void
  /** Shows the use to other threads. */
  readonly table: Float64Array
  /** The place in the table. */
  readonly slot: number
}

/**
 * In place of infinity: engines keep small whole numbers without an object for each, so that comparing allocates
 * nothing.
 */
const NEVER = -1

/** The least whole number from which on a use counts as above; {@link NEVER} without a limit. */
const whole = (bound: number): number => (bound === Number.POSITIVE_INFINITY ? NEVER : Math.ceil(bound))

const UNWATCHED: GaugeOwner = { tell() {}, table: new Float64Array(1), slot: 0 }

/** Counts the use of one limit. It costs an addition, a store and a comparison; nothing is allocated. */
export class Gauge {
  /** The limit; may be infinite. */
  readonly limit: number
  readonly #tell: (level: Level) => void
  readonly #table: Float64Array
  readonly #slot: number
  #used = 0
  /** The limit, or {@link NEVER}. */
  readonly #most: number
  /** From this use on a warning is to be told; {@link NEVER} once something was told. */
  #high: number
  /** Below this use, calm is to be told; {@link NEVER} until something was told. */
  #low = NEVER
  #isReached = false

  /** @param owner - by default, nothing is told or shown */
  constructor(limit: number = Number.POSITIVE_INFINITY, { tell, table, slot }: GaugeOwner = UNWATCHED) {
    this.limit = limit
    this.#most = whole(limit)
    this.#tell = tell
    this.#table = table
    this.#slot = slot
    this.#high = whole(WARNING * limit)
  }

  /** How much is used now; more than the limit only where {@link Gauge.add} or {@link Gauge.set} has counted. */
  get used(): number {
    return this.#used
  }

  /** How much more can be used; 0 or more. */
  get room(): number {
    return Math.max(0, this.limit - this.#used)
  }

  /** Whether there is no room. */
  get full(): boolean {
    return this.#most !== NEVER && this.#used >= this.#most
  }

  /** Counts `count` more if the limit allows it. @returns whether; if not, the limit is reached */
  take(count: number): boolean {
    if (this.#used + count > this.limit) {
      this.reach()
      return false
    }
    this.add(count)
    return true
  }

  /** Counts `count` more, whatever the limit. */
  add(count: number): void {
    this.#used += count
    this.#table[this.#slot] = this.#used
    if (this.#high !== NEVER && this.#used >= this.#high) this.#warn()
  }

  /** Counts `count` less. */
  give(count: number): void {
    this.#used -= count
    this.#table[this.#slot] = this.#used
    if (this.#low !== NEVER && this.#used < this.#low) this.#calm()
  }

  /** Sets how much is used. */
  set(used: number): void {
    if (used >= this.#used) this.add(used - this.#used)
    else this.give(this.#used - used)
  }

  /** Notes the use of one thing: the most that one has used so far is what counts. */
  mark(used: number): void {
    if (used > this.#used) this.set(used)
  }

  /** Tells that the limit keeps something from happening, once until the use was low. */
  reach(): void {
    if (this.#isReached) return
    this.#isReached = true
    this.#expectCalm()
    this.#tell('limit')
  }

  #warn(): void {
    this.#expectCalm()
    this.#tell('warning')
  }

  #expectCalm(): void {
    this.#high = NEVER
    this.#low = whole(CALM * this.limit)
  }

  #calm(): void {
    this.#high = whole(WARNING * this.limit)
    this.#low = NEVER
    this.#isReached = false
    this.#tell('calm')
  }
}

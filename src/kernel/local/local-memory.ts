import type { Gauge } from '../../base/gauge.js'

/** The least capacity: what a pipe must accept in one piece. It is also that of a pipe when there are very many. */
const LEAST = 4096

/** The limit of all capacities together, unless there is another. */
const USUAL = 128 * 2 ** 20

/**
 * Limits how much may wait in all pipes and socket pairs of one kernel together. It counts the promised capacity, not
 * the waiting bytes, so that an existing pipe can always be filled. Memory is allocated as bytes arrive. Above half of
 * the limit, a new direction gets a reduced capacity; above the limit, there are no new ones.
 *
 * @see Linux `pipe(7)`, `pipe-user-pages-soft` and `pipe-user-pages-hard`, where these rules come from
 */
export class LocalMemory {
  /** The bytes that may wait in one direction. */
  readonly capacity: number
  /** Shows how full the fullest direction has been. */
  readonly fullest: Gauge
  readonly #total: Gauge
  readonly #hard: number
  #promised = 0

  /**
   * @param total - counts the capacities, with other bytes
   * @param fullest - has the capacity of one direction as its limit
   */
  constructor(total: Gauge, fullest: Gauge) {
    this.#total = total
    this.fullest = fullest
    this.#hard = Number.isFinite(total.limit) ? total.limit : USUAL
    this.capacity = Math.max(LEAST, Math.min(fullest.limit, this.#hard))
  }

  /** Reserves capacity for new directions. @returns the bytes that may wait in each; 0 when no more are available */
  promise(directions: number): number {
    const isScarce = this.#promised + directions * this.capacity > this.#hard / 2
    const each = isScarce ? LEAST : this.capacity
    if (this.#promised + directions * each > this.#hard) {
      this.#total.reach()
      return 0
    }
    if (!this.#total.take(directions * each)) return 0
    this.#promised += directions * each
    return each
  }

  /** Returns the capacity of one direction. */
  release(capacity: number): void {
    this.#promised -= capacity
    this.#total.give(capacity)
  }
}

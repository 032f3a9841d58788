/** Bytes that may wait in one direction: a pipe's capacity on Linux. */
export const CAPACITY = 65_536

/** The reduced capacity when there are very many pipes: what a pipe must accept in one piece. */
const LEAST = 4096

/** Above SOFT promised bytes, a new direction gets the reduced capacity; above HARD, there are no new ones. */
const SOFT = 1024 * CAPACITY
const HARD = 2 * SOFT

/**
 * Limits how much may wait in all pipes and socket pairs of one kernel together. It counts the promised capacity, not
 * the waiting bytes, so that an existing pipe can always be filled. Memory is allocated as bytes arrive.
 *
 * @see Linux `pipe(7)`, `pipe-user-pages-soft` and `pipe-user-pages-hard`, where these rules come from
 */
export class LocalMemory {
  #promised = 0

  /** Reserves capacity for new directions. @returns the bytes that may wait in each; 0 when no more are available */
  promise(directions: number): number {
    const each = this.#promised + directions * CAPACITY <= SOFT ? CAPACITY : LEAST
    if (this.#promised + directions * each > HARD) return 0
    this.#promised += directions * each
    return each
  }

  /** Returns the capacity of one direction. */
  release(capacity: number): void {
    this.#promised -= capacity
  }
}

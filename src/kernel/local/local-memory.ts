/** How much may wait in all pipes and pairs of sockets of one kernel together. */

/** Bytes that may wait in one direction: a pipe's capacity on Linux. */
export const CAPACITY = 65_536

/** What is left of that where there are very many: what a pipe must take in one piece. */
const LEAST = 4096

/** From how much on a new one gets the least, and from where on there are no more. */
const SOFT = 1024 * CAPACITY
const HARD = 2 * SOFT

/**
 * Counts what was promised, not what waits: a pipe that exists takes what it is to take. Memory is allocated as bytes come.
 *
 * @see Linux `pipe(7)`, `pipe-user-pages-soft` and `pipe-user-pages-hard`, whose rules these are
 */
export class LocalMemory {
  #promised = 0

  /** How many bytes may wait in so many new directions, each; 0 when no more are to be had. */
  promise(directions: number): number {
    const each = this.#promised + directions * CAPACITY <= SOFT ? CAPACITY : LEAST
    if (this.#promised + directions * each > HARD) return 0
    this.#promised += directions * each
    return each
  }

  /** Takes back what was promised for one direction. */
  release(capacity: number): void {
    this.#promised -= capacity
  }
}

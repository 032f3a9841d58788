/**
 * Decides whether a turn of the loop follows an event at once, or waits for further events of the host's event loop.
 *
 * With many busy connections, a turn that handles their events together costs less per connection. When events arrive
 * one by one, waiting only costs time; and large chunks are best forwarded while they are still in the processor's
 * cache.
 */

/** From this many bytes on, the cost of a turn is small compared with the data. */
const LARGE = 16_384

/**
 * How many consecutive turns may follow an event at once before one waits again, to check whether more events arrive
 * by now.
 */
const HASTY_TURNS = 63

/**
 * How many events a turn must see together to justify the wait: a turn costs a fraction of what waiting for one costs.
 */
const WORTH_WAITING = 5

/**
 * How many consecutive turns must find the wait unjustified before later turns skip it. While connections come and
 * go, actions that a peer does in immediate succession, such as sending and resetting, are then handled together.
 */
const STEADY = 8

/** The policy of one pump; it adapts after each wait. */
export class TurnPolicy {
  /** How many consecutive turns have waited in vain. */
  #idle = 0
  /** How many turns may still follow at once. */
  #hasty = 0

  /**
   * Decides, after `bytes` have arrived, whether the turn follows at once. If so, the turn counts towards the limit.
   */
  chooseImmediate(bytes: number): boolean {
    if (bytes >= LARGE) return true
    if (bytes === 0 || this.#hasty === 0) return false
    this.#hasty -= 1
    return true
  }

  /** Records that a turn waited, and how many events arrived in the meantime. */
  recordWait(events: number): void {
    this.#idle = events < WORTH_WAITING ? this.#idle + 1 : 0
    this.#hasty = this.#idle < STEADY ? 0 : HASTY_TURNS
  }
}

/**
 * Whether a turn of the loop follows an event at once, or waits for what else the host's event loop has to tell.
 *
 * Where many connections are busy, a turn that sees their events together costs less for each. Where they come one by one,
 * waiting for others only costs time; and large chunks are sent on best while the processor still has them at hand.
 */

/** From how many bytes on a turn costs little beside what came. */
const LARGE = 16_384

/** How many turns in a row may follow an event at once before one waits again, to see whether there is more by now. */
const HASTY_TURNS = 63

/** How many events a turn has to see together to be worth the wait: a turn costs a fraction of what it costs to wait for one. */
const WORTH_WAITING = 5

/**
 * How many turns in a row have to find it not worth the wait before the next ones do without: what a peer does at once, as to
 * send and to reset, is seen together while connections come and go.
 */
const STEADY = 8

/** Decides for one pump, and learns from each wait. */
export class TurnPolicy {
  /** How many turns in a row have waited for nothing. */
  #idle = 0
  /** How many turns may still follow at once. */
  #hasty = 0

  /** Decides, now that `bytes` have come, whether the turn follows at once; if so, the turn counts as hasty. */
  chooseImmediate(bytes: number): boolean {
    if (bytes >= LARGE) return true
    if (bytes === 0 || this.#hasty === 0) return false
    this.#hasty -= 1
    return true
  }

  /** Records that a turn waited, and how many events came meanwhile. */
  recordWait(events: number): void {
    this.#idle = events < WORTH_WAITING ? this.#idle + 1 : 0
    this.#hasty = this.#idle < STEADY ? 0 : HASTY_TURNS
  }
}

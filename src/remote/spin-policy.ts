/** The policy of brief waits for another thread. */

/** How many consecutive failed waits suspend further attempts, if all earlier waits succeeded. */
const MOST = 4

/** How many opportunities are skipped before the next attempt. */
const PAUSE = 256

/**
 * Decides whether a brief wait is worthwhile: as long as the waits succeed, and occasionally after that. It adapts
 * after each wait.
 */
export class SpinPolicy {
  #credit = 1
  #passed = 0

  /** Decides whether to wait now. A skipped opportunity is counted. */
  chooseWait(): boolean {
    if (this.#credit > 0) return true
    this.#passed += 1
    if (this.#passed < PAUSE) return false
    this.#passed = 0
    return true
  }

  /** Records the outcome of a wait. */
  record(worthIt: boolean): void {
    this.#credit = worthIt ? Math.min(this.#credit + 1, MOST) : Math.max(this.#credit - 1, 0)
  }
}

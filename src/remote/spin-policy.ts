/** Whether it is worth to wait for somebody a moment: as long as that has been so, and once in a while again. */

/** How many waits in a row may be in vain before none is tried for some time, when all before were worth it. */
const MOST = 4

/** How many chances are let pass then. */
const PAUSE = 256

/** Learns from each wait. */
export class SpinPolicy {
  #credit = 1
  #passed = 0

  /** Decides whether to wait now; a chance that is not taken is counted. */
  chooseWait(): boolean {
    if (this.#credit > 0) return true
    this.#passed += 1
    if (this.#passed < PAUSE) return false
    this.#passed = 0
    return true
  }

  /** Records how a wait went. */
  record(worthIt: boolean): void {
    this.#credit = worthIt ? Math.min(this.#credit + 1, MOST) : Math.max(this.#credit - 1, 0)
  }
}

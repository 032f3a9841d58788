import type { Host, HostTimer } from '../host/contract/host.js'

/** The longest time of a host's timer, in ms. */
const LONGEST = 2 ** 31 - 1

/** Calls back at a time of a host's clock, and then again and again if it has an interval. Never too early. */
export class SignalTimer {
  readonly #host: Host
  readonly #interval: number
  readonly #onExpiry: () => void
  readonly #timer: HostTimer
  /** When it expires next, by the host's clock in nanoseconds. */
  #due: number

  /**
   * @param after - nanoseconds until the first time
   * @param interval - nanoseconds from one time to the next, 0 for only one; what was missed is left out
   */
  constructor(host: Host, after: number, interval: number, onExpiry: () => void) {
    this.#host = host
    this.#interval = interval
    this.#onExpiry = onExpiry
    this.#due = host.clock() + after
    this.#timer = host.timer(this.#check)
    this.#arm()
  }

  /** Ends it. */
  clear(): void {
    this.#timer.clear()
  }

  readonly #check = (): void => {
    const late = this.#host.clock() - this.#due
    // A timer may fire too early, and has a limit.
    if (late < 0) return this.#arm()
    if (this.#interval > 0) {
      this.#due += (Math.floor(late / this.#interval) + 1) * this.#interval
      this.#arm()
    }
    this.#onExpiry()
  }

  #arm(): void {
    const left = (this.#due - this.#host.clock()) / 1e6
    this.#timer.set(Math.min(Math.max(1, Math.ceil(left)), LONGEST))
  }
}

/** Node's timers, and the mechanism that keeps its process alive. */
import { clearInterval, clearTimeout, setInterval, setTimeout } from 'node:timers'
import type { HostTimer } from '../contract/host.js'

// Captured at load time, as in time.ts.
const { performance } = globalThis

/** The longest delay of a Node timer, in milliseconds; a longer one would fire at once. */
const LONGEST = 2 ** 31 - 1

/**
 * A timer that never fires early and is cheap to set again. Node measures delays from the start of its loop's
 * iteration, so its timers may fire a fraction of a millisecond early; this class then waits for the remainder.
 * Moving the deadline later leaves the armed timer unchanged, and the remainder is waited for when that timer fires.
 * Delays longer than Node's maximum are handled in the same way.
 */
export class NodeTimer implements HostTimer {
  readonly #callback: () => void
  /** The time to call back, in milliseconds of `performance.now()`. */
  #deadline = 0
  /** The time at which the armed timer fires; valid only while it is armed. */
  #armedFor = 0
  #armed = false
  /** Kept after it has fired: `refresh()` arms it again. */
  #timeout: NodeJS.Timeout | undefined
  #delay = 0

  constructor(callback: () => void) {
    this.#callback = callback
  }

  set(ms: number): void {
    const now = performance.now()
    this.#deadline = now + ms
    if (this.#armed && this.#armedFor <= this.#deadline) return
    this.#arm(now)
  }

  clear(): void {
    this.#disarm()
  }

  #arm(now: number): void {
    const delay = Math.min(LONGEST, Math.max(1, Math.ceil(this.#deadline - now)))
    this.#armedFor = now + delay
    this.#armed = true
    if (this.#timeout !== undefined && this.#delay === delay) {
      this.#timeout.refresh()
      return
    }
    clearTimeout(this.#timeout)
    this.#delay = delay
    this.#timeout = setTimeout(() => this.#fire(), delay).unref()
  }

  #disarm(): void {
    // A cleared Timeout cannot be refreshed, so it is discarded.
    clearTimeout(this.#timeout)
    this.#timeout = undefined
    this.#armed = false
  }

  #fire(): void {
    this.#armed = false
    const now = performance.now()
    if (now < this.#deadline) this.#arm(now)
    else this.#callback()
  }
}

/** The number of holders that keep the process alive, and the one timer that they share. */
let holders = 0
let anchor: NodeJS.Timeout | undefined

const nothing = (): void => {}

/**
 * Keeps the process alive until the returned function is called; further calls of it have no effect. All holders of a
 * process share one referenced timer that does nothing every 25 days.
 */
export const keepAlive = (): (() => void) => {
  holders += 1
  anchor ??= setInterval(nothing, LONGEST)
  let held = true
  return () => {
    if (!held) return
    held = false
    holders -= 1
    if (holders > 0) return
    clearInterval(anchor)
    anchor = undefined
  }
}

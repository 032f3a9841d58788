/** Node's clock and timers, and what keeps its process alive. */
import { clearInterval, clearTimeout, setInterval, setTimeout } from 'node:timers'
import type { HostTimer } from '../contract/host.js'

// As it is now, whatever a test puts into its place. The module that has it too has much else, and takes 0.6 ms of a start.
const { performance } = globalThis

/** The longest delay a timer of Node takes, in milliseconds; a longer one would fire at once. */
const LONGEST = 2 ** 31 - 1

/** Monotonic nanoseconds since the process (or worker) began; whole, and exact for the first 104 days. */
export const clock = (): number => Math.trunc(performance.now() * 1e6)

/**
 * A timer that never fires early and costs little to set again. Node counts from the start of its loop's turn, so its timers
 * may fire a fraction of a millisecond early: the rest is waited for. A deadline moved further away leaves the armed timer
 * as it is, and what is missing is waited for when that fires; so do delays longer than Node takes.
 */
export class NodeTimer implements HostTimer {
  readonly #callback: () => void
  /** When to call back, in milliseconds of `performance.now()`. */
  #deadline = 0
  /** When the armed timer will fire; meaningful while it is armed. */
  #armedFor = 0
  #armed = false
  /** Kept when it has fired: `refresh()` arms it again. */
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
    // A cleared Timeout cannot be refreshed, so it is let go of.
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

/** Who wants the process to stay, and the one timer that makes it stay. */
let holders = 0
let anchor: NodeJS.Timeout | undefined

const nothing = (): void => {}

/**
 * Keeps the process alive until the returned function is called, once or more often. All holders of a process share one
 * referenced timer that does nothing every 25 days.
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

/** Measures the time of a guest in a thread of its own, from outside. */
import type { Activity } from './activity.js'
import type { Exceeded, TimeMeter, TimeUsed } from './meter.js'
import { ProcessorClock } from './processor-clock.js'
import { PulseReader } from './pulse.js'
import { ThreadPriority } from './thread-priority.js'
import { type Watched, watch } from './watchdog.js'

/** What is known of a guest at one moment. */
interface Look {
  /** In milliseconds of `performance.now()`. */
  readonly at: number
  readonly turns: number
  readonly isWaiting: boolean
  readonly used: TimeUsed
}

/** Watches one guest. */
export class ThreadWatch implements Watched {
  readonly #pulse: PulseReader
  readonly #meter: TimeMeter
  readonly #onExceeded: (exceeded: Exceeded) => void
  readonly #started: number
  readonly #unwatch: () => void
  /** `undefined` until the guest has started, and where processor time cannot be measured. */
  #clock: ProcessorClock | undefined
  #hasClock = true
  #priority: ThreadPriority | undefined
  #hasEnded = false
  /** The latest look at it. */
  #last: Look
  /** The processor time when the latest turn was first seen. */
  #turnBegan = 0

  /**
   * @param pulse - the memory of the guest's pulse
   * @param onExceeded - called when the guest is beyond a limit; it is to end the guest
   */
  constructor(pulse: SharedArrayBuffer, meter: TimeMeter, onExceeded: (exceeded: Exceeded) => void) {
    this.#pulse = new PulseReader(pulse)
    this.#meter = meter
    this.#onExceeded = onExceeded
    this.#started = performance.now()
    const used = { iterationTime: 0, processorTime: 0, wallTime: 0 }
    this.#last = { at: this.#started, turns: 0, isWaiting: true, used }
    this.#unwatch = meter.isLimited ? watch(this, meter.soon) : () => {}
  }

  /** What the guest is doing. */
  activity(): Activity {
    const { turns, isWaiting, used } = this.#hasEnded ? this.#last : this.#look()
    return { turns, isWaiting, processorTime: used.processorTime }
  }

  /** What is used now; after the guest's end, what it has used. */
  used(): TimeUsed {
    return this.#hasEnded ? this.#last.used : this.#look().used
  }

  check(): number {
    const look = this.#look()
    if (look.used.iterationTime === 0) this.#turnBegan = look.used.processorTime
    this.#last = look
    this.#priority?.set(this.#meter.isLong(look.used))
    const exceeded = this.#meter.take(look.used)
    if (exceeded === undefined) return this.#meter.soon
    this.#onExceeded(exceeded)
    return Number.POSITIVE_INFINITY
  }

  /** To be called when the guest has ended. */
  close(): void {
    this.#unwatch()
    this.#last = this.#look()
    this.#clock?.close()
    this.#clock = undefined
    this.#hasEnded = true
  }

  #look(): Look {
    const { turns, isWaiting, thread } = this.#pulse
    const at = performance.now()
    const last = this.#last
    // A guest that still waits has computed nothing meanwhile.
    const isIdle = isWaiting && last.isWaiting && turns === last.turns
    const processorTime = isIdle || thread === 0 ? last.used.processorTime : this.#processorTime(thread, at, isWaiting)
    const iterationTime = turns === last.turns && !isWaiting ? processorTime - this.#turnBegan : 0
    return { at, turns, isWaiting, used: { iterationTime, processorTime, wallTime: at - this.#started } }
  }

  #processorTime(thread: number, at: number, isWaiting: boolean): number {
    const { at: before, used } = this.#last
    if (this.#hasClock) {
      this.#clock ??= ProcessorClock.of(thread)
      this.#hasClock = this.#clock !== undefined
      // Only now is it known to be a thread of this process.
      if (this.#hasClock) this.#priority ??= new ThreadPriority(thread)
    }
    const read = this.#clock?.read()
    if (read !== undefined) return read - this.#pulse.begun
    return used.processorTime + (isWaiting || this.#clock !== undefined ? 0 : at - before)
  }
}

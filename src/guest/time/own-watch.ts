/** Measures the time of a guest that runs in its host's thread, between its calls: nothing else can run meanwhile. */
import type { Host, HostTimer } from '../../host/contract/host.js'
import type { Activity } from './activity.js'
import type { Exceeded, TimeMeter, TimeUsed } from './meter.js'

/** How long the guest has waited, in nanoseconds of the host's clock, and whether it waits now. */
export interface Waited {
  readonly total: number
  readonly isWaiting: boolean
}

/** Watches one guest. */
export class OwnWatch {
  readonly #host: Host
  readonly #meter: TimeMeter
  readonly #waited: Waited
  readonly #onExceeded: (exceeded: Exceeded) => void
  readonly #started: number
  readonly #timer: HostTimer | undefined
  #turns = 0
  #turnBegan = 0
  /** What was used when the guest ended. */
  #left: TimeUsed | undefined

  /** @param onExceeded - called when the guest is beyond a limit; it is to end the guest */
  constructor(host: Host, meter: TimeMeter, waited: Waited, onExceeded: (exceeded: Exceeded) => void) {
    this.#host = host
    this.#meter = meter
    this.#waited = waited
    this.#onExceeded = onExceeded
    this.#started = host.clock()
    if (meter.isLimited) {
      this.#timer = host.timer(() => this.#expire())
      this.#arm()
    }
  }

  /** Has to be called before each call of the guest; `undefined` without limits. */
  get onCall(): (() => void) | undefined {
    return this.#meter.isLimited ? () => this.#check() : undefined
  }

  /** The guest makes a call that may wait, or its loop begins a turn. */
  turn(): void {
    this.#turns++
    if (this.#meter.isLimited) this.#turnBegan = this.#processorTime
  }

  /** What the guest is doing. */
  activity(): Activity {
    return { turns: this.#turns, isWaiting: this.#waited.isWaiting, processorTime: this.used().processorTime }
  }

  /** What is used now; after the guest's end, what it has used. */
  used(): TimeUsed {
    if (this.#left !== undefined) return this.#left
    const processorTime = this.#processorTime
    return {
      iterationTime: this.#waited.isWaiting ? 0 : processorTime - this.#turnBegan,
      processorTime,
      wallTime: (this.#host.clock() - this.#started) / 1e6,
    }
  }

  /** To be called when the guest has ended. */
  close(): void {
    this.#timer?.clear()
    this.#left = this.used()
  }

  get #processorTime(): number {
    return (this.#host.clock() - this.#started - this.#waited.total) / 1e6
  }

  #check(): boolean {
    const exceeded = this.#meter.take(this.used())
    if (exceeded !== undefined) this.#onExceeded(exceeded)
    return exceeded === undefined
  }

  #expire(): void {
    if (this.#check()) this.#arm()
  }

  /** Only while it waits can a timer fire, and then no processor time passes. */
  #arm(): void {
    const left = this.#meter.left('wallTime')
    if (left !== Number.POSITIVE_INFINITY) this.#timer?.set(Math.min(Math.max(1, Math.ceil(left)), LONGEST))
  }
}

/** The longest time of a host's timer, in milliseconds. */
const LONGEST = 2 ** 31 - 1

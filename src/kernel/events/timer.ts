import type { Host, HostTimer } from '../../host/contract/host.js'
import type { Descriptor } from '../descriptor.js'
import { Counter, LARGEST } from './counter.js'

/** The longest time that a host's timer can be set to, in ms. */
const LONGEST = 2 ** 31 - 1

/** What a timer is set to, in nanoseconds. */
export interface TimerSetting {
  /** The time until it expires first; 0 while it is not set. */
  readonly value: number
  /** The time between its expirations; 0 for a single one. */
  readonly interval: number
}

/** `timerfd_create()`: a read returns how often the timer has expired since the last one. */
export class Timer extends Counter {
  readonly #host: Host
  readonly #realtime: boolean
  readonly #timer: HostTimer
  readonly #changed: (descriptor: Descriptor) => void
  /** When it expires next, by the host's clock; `undefined` while it is not set, or has expired for good. */
  #due: number | undefined
  #interval = 0
  /** Expirations that were counted and not read. */
  #counted = 0n

  /**
   * @param realtime - whether absolute times are those of the wall clock
   * @param changed - called when it expires
   */
  constructor(host: Host, realtime: boolean, changed: (descriptor: Descriptor) => void) {
    super(undefined, 'both')
    this.#host = host
    this.#realtime = realtime
    this.#changed = changed
    this.#timer = host.timer(() => this.#arm())
  }

  /** What it is set to now. */
  setting(): TimerSetting {
    this.#advance()
    const value = this.#due === undefined ? 0 : Math.max(1, this.#due - this.#host.clock())
    return { value, interval: this.#interval }
  }

  /** Sets it, or with a value of 0 stops it. @param absolute - whether the value is a time of its clock */
  set({ value, interval }: TimerSetting, absolute: boolean): void {
    const now = this.#host.clock()
    const start = absolute ? (this.#realtime ? now - this.#host.wallClock() * 1e6 : 0) : now
    this.#due = value === 0 ? undefined : start + value
    this.#interval = interval
    this.#counted = 0n
    this.#arm()
  }

  override close(): void {
    this.#timer.clear()
  }

  protected override count(): bigint {
    this.#advance()
    return this.#counted
  }

  protected override consume(): void {
    this.#counted = 0n
    this.#arm()
  }

  /** Counts the expirations up to now. */
  #advance(): void {
    if (this.#due === undefined) return
    const late = this.#host.clock() - this.#due
    if (late < 0) return
    const times = this.#interval > 0 ? Math.floor(late / this.#interval) + 1 : 1
    const counted = this.#counted + BigInt(times)
    this.#counted = counted > LARGEST ? LARGEST : counted
    this.#due = this.#interval > 0 ? this.#due + times * this.#interval : undefined
  }

  /** Sets the host's timer, or reports an expiration: while one waits to be read, the next one changes nothing. */
  #arm(): void {
    const expired = this.count() > 0n
    if (expired || this.#due === undefined) this.#timer.clear()
    if (expired) this.#changed(this)
    else if (this.#due !== undefined)
      this.#timer.set(Math.min(Math.ceil((this.#due - this.#host.clock()) / 1e6), LONGEST))
  }
}

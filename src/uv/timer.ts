import { type CallbackKind, FIRE } from '../runtime/dispatch.js'
import { checkCallback } from './callback.js'
import { ArgumentError, show } from './errors.js'
import { Handle, handleOptions } from './handle.js'
import type { Loop } from './loop/loop.js'

/** The options of a timer. */
export interface TimerOptions {
  /** The loop it belongs to; {@link Loop.current} by default. */
  readonly loop?: Loop
  /** Called when the timer expires. */
  readonly onTimeout?: (timer: Timer) => void
}

/**
 * Calls back later, once or repeatedly. Times are in milliseconds on the loop's clock, see {@link Loop.now}.
 *
 * @see https://docs.libuv.org/en/v1.x/timer.html
 *
 * @example
 * ```ts
 * import { Loop, Timer } from 'libuv-wasm'
 *
 * const loop = await Loop.open()
 * let rounds = 0
 * const timer = new Timer({ loop })
 * timer.start(0, 10, () => {
 *   console.log('round', ++rounds)
 *   if (rounds === 2) timer.close()
 * })
 * await loop.run()
 * loop.close()
 * ```
 * ```text
 * round 1
 * round 2
 * ```
 */
export class Timer extends Handle {
  /** Called when the timer expires. May be replaced at any time. */
  onTimeout: ((timer: this) => void) | undefined

  /** Creates a timer, which is not started. @throws {ClosedLoopError} */
  constructor(options: TimerOptions = {}) {
    const { loop, onTimeout } = handleOptions(options)
    checkCallback(onTimeout, 'onTimeout')
    super(loop, (exports, id) => exports.uvw_timer_init(id))
    this.onTimeout = onTimeout
  }

  /**
   * Starts the timer, or restarts it.
   *
   * @param timeout - the time until the first call; 0 for the loop's next iteration
   * @param repeat - the time between later calls; 0, the default, for none
   * @param onTimeout - replaces the property
   * @throws {ClosedHandleError}
   * @throws {UVError} EINVAL for a time that is negative or not a number
   */
  start(timeout: number, repeat = 0, onTimeout?: (timer: this) => void): void {
    const address = this.address
    checkTime(timeout, 'timeout')
    checkTime(repeat, 'repeat')
    checkCallback(onTimeout, 'onTimeout')
    this.#catchUp()
    this.check(this.instance.exports.uvw_timer_start(address, timeout, repeat), 'start')
    this.onTimeout = onTimeout ?? this.onTimeout
  }

  /** Stops the timer. Ignored when it is stopped or closed. */
  stop(): void {
    if (!this.closing) this.check(this.instance.exports.uvw_timer_stop(this.address), 'stop')
  }

  /**
   * Restarts the timer with its repeat time. Does nothing if that is 0.
   *
   * @throws {ClosedHandleError}
   * @throws {UVError} EINVAL when the timer was never started
   */
  again(): void {
    const address = this.address
    this.#catchUp()
    this.check(this.instance.exports.uvw_timer_again(address), 'again')
  }

  /** The time between calls; 0 for none. A change takes effect after the next call. @throws {ClosedHandleError} */
  get repeat(): number {
    return this.instance.exports.uvw_timer_get_repeat(this.address)
  }

  set repeat(time: number) {
    const address = this.address
    this.instance.exports.uvw_timer_set_repeat(address, checkTime(time, 'repeat'))
  }

  /** The time until the timer expires; 0 when it is not started, or overdue. @throws {ClosedHandleError} */
  get dueIn(): number {
    return this.instance.exports.uvw_timer_due_in(this.address)
  }

  /** The loop's time is updated by its next iteration only; a caller outside of the loop counts from now. */
  #catchUp(): void {
    const { exports, pump } = this.instance
    if (pump.inTurn) return
    exports.uvw_loop_update_time()
    pump.wake()
  }

  override [FIRE](kind: CallbackKind, value: number): void {
    if (kind === 'wakeup') this.onTimeout?.(this)
    else super[FIRE](kind, value)
  }
}

function checkTime(time: number, what: string): number {
  if (typeof time === 'number' && time >= 0 && time <= Number.MAX_SAFE_INTEGER) return Math.trunc(time)
  throw new ArgumentError(`Cannot use ${what} ${show(time)}: it is not a time; give milliseconds, 0 or more`)
}

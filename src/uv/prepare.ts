import { type CallbackKind, FIRE } from '../runtime/dispatch.js'
import { checkCallback } from './callback.js'
import { Handle, handleOptions } from './handle.js'
import type { Loop } from './loop.js'

/** How a prepare handle is made. */
export interface PrepareOptions {
  /** The loop it belongs to; {@link Loop.current} by default. */
  readonly loop?: Loop
  /** Called in every round of the loop, just before it polls. */
  readonly onPrepare?: (prepare: Prepare) => void
}

/**
 * Calls back in every round of its loop, just before it polls.
 *
 * @see https://docs.libuv.org/en/v1.x/prepare.html
 *
 * @example
 * ```ts
 * import { Loop, Prepare, Timer } from 'libuv-wasm'
 *
 * const loop = await Loop.open()
 * const prepare = new Prepare({ loop })
 * prepare.start(() => {
 *   console.log('about to wait for the timer')
 *   prepare.close()
 * })
 * const timer = new Timer({ loop })
 * timer.start(10, 0, () => timer.close())
 * await loop.run()
 * loop.close()
 * ```
 * ```text
 * about to wait for the timer
 * ```
 */
export class Prepare extends Handle {
  /** Called in every round. May be replaced at any time. */
  onPrepare: ((prepare: this) => void) | undefined

  /** @throws {ClosedLoopError} */
  constructor(options: PrepareOptions = {}) {
    const { loop, onPrepare } = handleOptions(options)
    checkCallback(onPrepare, 'onPrepare')
    super(loop, (exports, id) => exports.uvw_prepare_init(id))
    this.onPrepare = onPrepare
  }

  /**
   * Starts it; silent when it is started already.
   *
   * @param onPrepare - replaces the attribute
   * @throws {ClosedHandleError}
   */
  start(onPrepare?: (prepare: this) => void): void {
    const address = this.address
    checkCallback(onPrepare, 'onPrepare')
    this.onPrepare = onPrepare ?? this.onPrepare
    this.check(this.instance.exports.uvw_prepare_start(address), 'start')
  }

  /** Stops it; silent when it is stopped or closed. */
  stop(): void {
    if (!this.closing) this.check(this.instance.exports.uvw_prepare_stop(this.address), 'stop')
  }

  override [FIRE](kind: CallbackKind, value: number): void {
    if (kind === 'wakeup') this.onPrepare?.(this)
    else super[FIRE](kind, value)
  }
}

import { type CallbackKind, FIRE } from '../runtime/dispatch.js'
import { checkCallback } from './callback.js'
import { Handle, handleOptions } from './handle.js'
import type { Loop } from './loop/loop.js'

/** The options of a prepare handle. */
export interface PrepareOptions {
  /** The loop it belongs to; {@link Loop.current} by default. */
  readonly loop?: Loop
  /** Called once per loop iteration, right before polling for I/O. */
  readonly onPrepare?: (prepare: Prepare) => void
}

/**
 * Calls back once per loop iteration, right before polling for I/O.
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
  /** Called once per loop iteration. May be replaced at any time. */
  onPrepare: ((prepare: this) => void) | undefined

  /** Creates a prepare handle, which is not started. @throws {ClosedLoopError} */
  constructor(options: PrepareOptions = {}) {
    const { loop, onPrepare } = handleOptions(options)
    checkCallback(onPrepare, 'onPrepare')
    super(loop, (exports, id) => exports.uvw_prepare_init(id))
    this.onPrepare = onPrepare
  }

  /**
   * Starts the handle. Ignored when it is started already.
   *
   * @param onPrepare - replaces the property
   * @throws {ClosedHandleError}
   */
  start(onPrepare?: (prepare: this) => void): void {
    const address = this.address
    checkCallback(onPrepare, 'onPrepare')
    this.onPrepare = onPrepare ?? this.onPrepare
    this.check(this.instance.exports.uvw_prepare_start(address), 'start')
  }

  /** Stops the handle. Ignored when it is stopped or closed. */
  stop(): void {
    if (!this.closing) this.check(this.instance.exports.uvw_prepare_stop(this.address), 'stop')
  }

  override [FIRE](kind: CallbackKind, value: number): void {
    if (kind === 'wakeup') this.onPrepare?.(this)
    else super[FIRE](kind, value)
  }
}

import { type CallbackKind, FIRE } from '../runtime/dispatch.js'
import { checkCallback } from './callback.js'
import { Handle, handleOptions } from './handle.js'
import type { Loop } from './loop/loop.js'

/** The options of an async handle. */
export interface AsyncOptions {
  /** The loop it belongs to; {@link Loop.current} by default. */
  readonly loop?: Loop
  /** Called in the loop after `send()`. */
  readonly onWakeup?: (async: Async) => void
}

/**
 * Wakes up its loop from outside. It is active from its construction until it is closed, so it keeps its loop
 * running.
 *
 * @see https://docs.libuv.org/en/v1.x/async.html
 *
 * @example
 * ```ts
 * import { Async, Loop } from 'libuv-wasm'
 *
 * const loop = await Loop.open()
 * const news = new Async({
 *   loop,
 *   onWakeup: () => {
 *     console.log('woken up')
 *     news.close()
 *   },
 * })
 * // From anywhere outside of the loop: a promise, an event of the platform.
 * setTimeout(() => news.send(), 10)
 * await loop.run()
 * loop.close()
 * ```
 * ```text
 * woken up
 * ```
 */
export class Async extends Handle {
  /** Called in the loop after `send()`. May be replaced at any time. */
  onWakeup: ((async: this) => void) | undefined

  /** Creates an async handle, which is active. @throws {ClosedLoopError} */
  constructor(options: AsyncOptions = {}) {
    const { loop, onWakeup } = handleOptions(options)
    checkCallback(onWakeup, 'onWakeup')
    super(loop, (exports, id) => exports.uvw_async_init(id))
    this.onWakeup = onWakeup
  }

  /**
   * Requests a call of `onWakeup` in the loop. Several sends before that call are merged into one.
   *
   * @param onWakeup - replaces the property
   * @throws {ClosedHandleError}
   */
  send(onWakeup?: (async: this) => void): void {
    const address = this.address
    checkCallback(onWakeup, 'onWakeup')
    this.onWakeup = onWakeup ?? this.onWakeup
    this.check(this.instance.exports.uvw_async_send(address), 'send')
  }

  override [FIRE](kind: CallbackKind, value: number): void {
    if (kind === 'wakeup') this.onWakeup?.(this)
    else super[FIRE](kind, value)
  }
}

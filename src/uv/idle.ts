import { type CallbackKind, FIRE } from '../runtime/dispatch.js'
import { checkCallback } from './callback.js'
import { Handle, handleOptions } from './handle.js'
import type { Loop } from './loop/loop.js'

/** The options of an idle handle. */
export interface IdleOptions {
  /** The loop it belongs to; {@link Loop.current} by default. */
  readonly loop?: Loop
  /** Called once per loop iteration, right before the prepare handles. */
  readonly onIdle?: (idle: Idle) => void
}

/**
 * Calls back once per loop iteration, right before the prepare handles. While it is started, the loop does not block
 * in its poll.
 *
 * @see https://docs.libuv.org/en/v1.x/idle.html
 *
 * @example
 * ```ts
 * import { Idle, Loop } from 'libuv-wasm'
 *
 * const loop = await Loop.open()
 * let sum = 0
 * let next = 1
 * const work = new Idle({ loop })
 * // A long computation in pieces: timers and connections are served between them.
 * work.start(() => {
 *   for (const end = next + 1_000; next < end; next++) sum += next
 *   if (next > 10_000) work.close()
 * })
 * await loop.run()
 * loop.close()
 * console.log(sum)
 * ```
 * ```text
 * 50005000
 * ```
 */
export class Idle extends Handle {
  /** Called once per loop iteration. May be replaced at any time. */
  onIdle: ((idle: this) => void) | undefined

  /** Creates an idle handle, which is not started. @throws {ClosedLoopError} */
  constructor(options: IdleOptions = {}) {
    const { loop, onIdle } = handleOptions(options)
    checkCallback(onIdle, 'onIdle')
    super(loop, (exports, id) => exports.uvw_idle_init(id))
    this.onIdle = onIdle
  }

  /**
   * Starts the handle. Ignored when it is started already.
   *
   * @param onIdle - replaces the property
   * @throws {ClosedHandleError}
   */
  start(onIdle?: (idle: this) => void): void {
    const address = this.address
    checkCallback(onIdle, 'onIdle')
    this.onIdle = onIdle ?? this.onIdle
    this.check(this.instance.exports.uvw_idle_start(address), 'start')
  }

  /** Stops the handle. Ignored when it is stopped or closed. */
  stop(): void {
    if (!this.closing) this.check(this.instance.exports.uvw_idle_stop(this.address), 'stop')
  }

  override [FIRE](kind: CallbackKind, value: number): void {
    if (kind === 'wakeup') this.onIdle?.(this)
    else super[FIRE](kind, value)
  }
}

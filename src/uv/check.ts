import { type CallbackKind, FIRE } from '../runtime/dispatch.js'
import { checkCallback } from './callback.js'
import { Handle, handleOptions } from './handle.js'
import type { Loop } from './loop/loop.js'

/** The options of a check handle. */
export interface CheckOptions {
  /** The loop it belongs to; {@link Loop.current} by default. */
  readonly loop?: Loop
  /** Called once per loop iteration, right after polling for I/O. */
  readonly onCheck?: (check: Check) => void
}

/**
 * Calls back once per loop iteration, right after polling for I/O.
 *
 * @see https://docs.libuv.org/en/v1.x/check.html
 *
 * @example
 * ```ts
 * import { Check, Loop, TCP } from 'libuv-wasm'
 *
 * const loop = await Loop.open()
 * const [one, other] = TCP.pair(loop)
 * const check = new Check({ loop })
 * one.write(new TextEncoder().encode('hello'))
 * other.readStart((_other, _status, data) => {
 *   console.log('read', data.length, 'bytes')
 *   check.start(() => {
 *     console.log('all pending data was delivered')
 *     for (const handle of loop.handles) handle.close()
 *   })
 * })
 * await loop.run()
 * loop.close()
 * ```
 * ```text
 * read 5 bytes
 * all pending data was delivered
 * ```
 */
export class Check extends Handle {
  /** Called once per loop iteration. May be replaced at any time. */
  onCheck: ((check: this) => void) | undefined

  /** Creates a check handle, which is not started. @throws {ClosedLoopError} */
  constructor(options: CheckOptions = {}) {
    const { loop, onCheck } = handleOptions(options)
    checkCallback(onCheck, 'onCheck')
    super(loop, (exports, id) => exports.uvw_check_init(id))
    this.onCheck = onCheck
  }

  /**
   * Starts the handle. Ignored when it is started already.
   *
   * @param onCheck - replaces the property
   * @throws {ClosedHandleError}
   */
  start(onCheck?: (check: this) => void): void {
    const address = this.address
    checkCallback(onCheck, 'onCheck')
    this.onCheck = onCheck ?? this.onCheck
    this.check(this.instance.exports.uvw_check_start(address), 'start')
  }

  /** Stops the handle. Ignored when it is stopped or closed. */
  stop(): void {
    if (!this.closing) this.check(this.instance.exports.uvw_check_stop(this.address), 'stop')
  }

  override [FIRE](kind: CallbackKind, value: number): void {
    if (kind === 'wakeup') this.onCheck?.(this)
    else super[FIRE](kind, value)
  }
}

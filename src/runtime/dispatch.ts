import type { UvFace } from '../abi/uv-module.js'
import type { Payload } from '../kernel/payload.js'

/** The event of a handle or a request. */
export type CallbackKind = 'connection' | 'read' | 'done' | 'close' | 'wakeup' | 'walk'

/** The method that delivers events to a handle or a request; not part of any public interface. */
export const FIRE: unique symbol = Symbol('fire')

/** An object that the module calls back. */
export interface CallbackTarget {
  /** The bytes that a request sends. */
  readonly payload?: Payload | undefined
  /**
   * @param kind - the event
   * @param value - a status, a count of bytes, or 0
   */
  [FIRE](kind: CallbackKind, value: number): void
}

/**
 * The one place where the module calls into TypeScript. The module knows handles and requests by small numbers. The
 * exception of a callback is caught here, so that it never unwinds through WebAssembly frames and the rest of the
 * turn continues.
 */
export class Dispatch {
  readonly #targets: (CallbackTarget | undefined)[] = [undefined]
  readonly #free: number[] = []
  readonly #onThrow: (error: unknown) => void
  #moment = 0

  /** @param onThrow - called with the exception of a callback */
  constructor(onThrow: (error: unknown) => void) {
    this.#onThrow = onThrow
  }

  /** The bytes that a request sends. */
  payload(id: number): Payload | undefined {
    return this.#targets[id]?.payload
  }

  /** The number of registered targets. */
  get size(): number {
    return this.#targets.length - 1 - this.#free.length
  }

  /** A number that changes whenever time may have passed: after a callback, or after {@link Dispatch.advanceEpoch}. */
  get epoch(): number {
    return this.#moment
  }

  /** Reports that time has passed outside of callbacks. */
  advanceEpoch(): void {
    this.#moment++
  }

  /** Assigns a number, which is never 0, to a target. The target is kept until {@link Dispatch.remove}. */
  add(target: CallbackTarget): number {
    const id = this.#free.pop() ?? this.#targets.length
    this.#targets[id] = target
    return id
  }

  /** Removes a target; an unknown number is ignored. */
  remove(id: number): void {
    // A number that is freed twice would be assigned to two targets.
    if (this.#targets[id] === undefined) return
    this.#targets[id] = undefined
    this.#free.push(id)
  }

  /** The functions of the import module `uv_face_1`. */
  imports(): UvFace {
    const request = (id: number, status: number): void => this.#finish(id, 'done', status)
    const wakeup = (id: number): void => this.#fire(id, 'wakeup', 0)
    return {
      on_connection: (id, status) => this.#fire(id, 'connection', status),
      on_read: (id, count) => this.#fire(id, 'read', count),
      on_message: (id, count) => this.#fire(id, 'read', count),
      on_udp_send: request,
      on_connect: request,
      on_write: request,
      on_shutdown: request,
      on_close: (id) => this.#finish(id, 'close', 0),
      on_timer: wakeup,
      on_async: wakeup,
      on_idle: wakeup,
      on_prepare: wakeup,
      on_check: wakeup,
      on_walk: (id) => this.#fire(id, 'walk', 0),
    }
  }

  #fire(id: number, kind: CallbackKind, value: number): void {
    this.#moment++
    try {
      this.#targets[id]?.[FIRE](kind, value)
    } catch (error) {
      this.#onThrow(error)
    }
  }

  /** Delivers the last event of a target. Its number is freed before the callback fires. */
  #finish(id: number, kind: CallbackKind, value: number): void {
    const target = this.#targets[id]
    this.#moment++
    this.remove(id)
    try {
      target?.[FIRE](kind, value)
    } catch (error) {
      this.#onThrow(error)
    }
  }
}

/**
 * The one place where the module calls into TypeScript. Handles and requests are known to it by small numbers; an exception of
 * a callback is caught here, so that it never unwinds through WebAssembly frames, and the rest of the turn goes on.
 */
import type { UvFace } from '../abi/uv-module.js'
import type { Payload } from '../kernel/payload.js'

/** What happened to a handle or a request. */
export type CallbackKind = 'connection' | 'read' | 'done' | 'close' | 'wakeup' | 'walk'

/** The method by which a handle or a request is told; not a part of anybody's public face. */
export const FIRE: unique symbol = Symbol('fire')

/** Something the module calls back. */
export interface CallbackTarget {
  /** What a request has to send. */
  readonly payload?: Payload | undefined
  /**
   * @param kind - what happened
   * @param value - a status, a count of bytes, or 0
   */
  [FIRE](kind: CallbackKind, value: number): void
}

/** Numbers for targets, and the imports that find them again. */
export class Dispatch {
  readonly #targets: (CallbackTarget | undefined)[] = [undefined]
  readonly #free: number[] = []
  readonly #onThrow: (error: unknown) => void
  #moment = 0

  /** @param onThrow - told what a callback threw */
  constructor(onThrow: (error: unknown) => void) {
    this.#onThrow = onThrow
  }

  /** What a request has to send. */
  payload(id: number): Payload | undefined {
    return this.#targets[id]?.payload
  }

  /** How many targets are registered. */
  get size(): number {
    return this.#targets.length - 1 - this.#free.length
  }

  /** Another number than before when time may have passed: a callback was made, or {@link Dispatch.advanceEpoch} called. */
  get epoch(): number {
    return this.#moment
  }

  /** Time has passed outside of callbacks. */
  advanceEpoch(): void {
    this.#moment++
  }

  /** Gives a target its number, which is never 0. It is held until {@link Dispatch.remove}. */
  add(target: CallbackTarget): number {
    const id = this.#free.pop() ?? this.#targets.length
    this.#targets[id] = target
    return id
  }

  /** Forgets a target; one that is not known is no matter. */
  remove(id: number): void {
    // A number that were free twice would be given to two.
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

  /** The last thing that happens to a target: its number is free before it is told. */
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

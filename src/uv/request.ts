import type { Payload } from '../kernel/payload.js'
import { type CallbackKind, type CallbackTarget, FIRE } from '../runtime/dispatch.js'
import type { Callback } from './callback.js'
import { UVError } from './errors.js'
import type { Handle } from './handle.js'
import { INSTANCE, THROWN } from './loop.js'
import { StatusCode } from './status.js'
import type { Stream } from './stream.js'

/** Ends a request with a failure; not a part of the public face. */
export const FAIL: unique symbol = Symbol('fail')

/** Called when a request is over; `status` is 0 or a negative {@link StatusCode}. */
export type OnRequest<Self> = Callback<[request: Self, status: number]>

/**
 * Something a handle was asked to do and has not done yet. It can be awaited: it is kept when it succeeded and rejected with a
 * {@link UVError} when it failed. A failure that nobody listens to, by callback or by promise, reaches the loop's `onError`;
 * only `ECANCELED` does not, since it is what closing the handle asks for.
 *
 * @see https://docs.libuv.org/en/v1.x/request.html
 */
export abstract class Request implements CallbackTarget, PromiseLike<undefined> {
  /** The handle that does it. */
  readonly handle: Handle
  readonly #syscall: string
  /** What it is to send. @internal */
  readonly payload: Payload | undefined
  #callback: OnRequest<Request> | undefined
  #status: number | undefined
  #failure: UVError | undefined
  #settle: ((failure: UVError | undefined) => void) | undefined
  #promise: Promise<undefined> | undefined

  /**
   * Kinds of requests that are made for every message have no constructor of their own, for engines do not inline those.
   *
   * @param syscall - what is done, for errors
   * @param payload - what it is to send; taken back when it fails
   * @internal
   */
  constructor(handle: Handle, syscall: string, callback: OnRequest<never> | undefined, payload?: Payload) {
    this.handle = handle
    this.#syscall = syscall
    this.#callback = callback
    this.payload = payload
  }

  /** Whether it is over. */
  get finished(): boolean {
    return this.#status !== undefined
  }

  /** The outcome, 0 or a negative {@link StatusCode}; `undefined` while it is under way. */
  get status(): number | undefined {
    return this.#status
  }

  /** Listens, as a promise does; see `Promise.prototype.then`. */
  // biome-ignore lint/suspicious/noThenProperty: a request is awaited, and costs no promise when it is not
  then<Kept = undefined, Broken = never>(
    onKept?: ((value: undefined) => Kept | PromiseLike<Kept>) | null,
    onBroken?: ((reason: unknown) => Broken | PromiseLike<Broken>) | null,
  ): Promise<Kept | Broken> {
    this.#promise ??= new Promise<undefined>((resolve, reject) => {
      this.#settle = (failure) => (failure === undefined ? resolve(undefined) : reject(failure))
      if (this.#status !== undefined) this.#settle(this.#failure)
    })
    return this.#promise.then(onKept, onBroken)
  }

  /** Listens to the failure alone, as a promise does. */
  catch<Broken = never>(
    onBroken?: ((reason: unknown) => Broken | PromiseLike<Broken>) | null,
  ): Promise<undefined | Broken> {
    return this.then(undefined, onBroken)
  }

  /** Listens to the end alone, as a promise does. */
  finally(onEnd?: (() => void) | null): Promise<undefined> {
    return this.then().finally(onEnd)
  }

  [FIRE](_kind: CallbackKind, status: number): void {
    const { loop } = this.handle
    this.#status = status
    // Now, since the loop may be closed when somebody asks.
    if (status < 0) this.#failure ??= new UVError(status, loop[INSTANCE].describeStatus(status), this.#syscall)
    if (status < 0) this.payload?.drop()
    this.finish(status)
    const callback = this.#callback
    this.#callback = undefined
    this.#settle?.(this.#failure)
    if (callback !== undefined) callback(this, status)
    else if (this.#failure !== undefined && this.#settle === undefined && status !== StatusCode.ECANCELED) {
      loop[THROWN](this.#failure)
    }
  }

  /** Ends it with a failure that is told as it is. */
  [FAIL](failure: UVError): void {
    this.#failure = failure
    this[FIRE]('done', failure.errno)
  }

  /** What a kind of request does first when it is over. */
  protected finish(_status: number): void {}
}

/** What a stream was asked to do. */
export abstract class StreamRequest extends Request {
  declare readonly handle: Stream

  /** The stream that does it. */
  get stream(): Stream {
    return this.handle
  }
}

/** `connect()` under way. */
export class TCPConnectRequest extends StreamRequest {}

/** `connect()` of a pipe under way. */
export class PipeConnectRequest extends StreamRequest {}

/** `shutdown()` under way. */
export class ShutdownRequest extends StreamRequest {}

/** `write()` under way. */
export class WriteRequest extends StreamRequest {
  /** Whether the outside has taken all of it, of which libuv tells later. @internal */
  get taken(): boolean {
    return this.payload?.left === 0
  }

  /** What is written, as a list: whoever has use for the buffers again finds them here. */
  get buffers(): readonly Uint8Array[] {
    return this.payload?.chunks ?? []
  }
}

/** `UDP.send()` under way. */
export class UDPSendRequest extends Request {
  protected override finish(_status: number): void {
    this.payload?.drop()
  }
}

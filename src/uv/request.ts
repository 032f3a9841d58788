import type { Payload } from '../kernel/payload.js'
import { type CallbackKind, type CallbackTarget, FIRE } from '../runtime/dispatch.js'
import type { Callback } from './callback.js'
import { UVError } from './errors.js'
import type { Handle } from './handle.js'
import { INSTANCE, THROWN } from './loop/loop-keys.js'
import { StatusCode } from './status.js'
import type { Stream } from './streams/stream.js'

/** The key of the method that ends a request with a failure. Not part of the public API. */
export const FAIL: unique symbol = Symbol('fail')

/** Called when a request has completed; `status` is 0 or a negative {@link StatusCode}. */
export type OnRequest<Self> = Callback<[request: Self, status: number]>

/**
 * An operation of a handle that has been requested. It can be awaited: it resolves on success and rejects with a
 * {@link UVError} on failure. A failure without a callback or an awaiting promise is passed to the loop's `onError`;
 * only `ECANCELED` is not, because closing the handle requests it.
 *
 * @see https://docs.libuv.org/en/v1.x/request.html
 */
export abstract class Request implements CallbackTarget, PromiseLike<undefined> {
  /** The handle that performs it. */
  readonly handle: Handle
  readonly #syscall: string
  /** The bytes to send. @internal */
  readonly payload: Payload | undefined
  #callback: OnRequest<Request> | undefined
  #status: number | undefined
  #failure: UVError | undefined
  #settle: ((failure: UVError | undefined) => void) | undefined
  #promise: Promise<undefined> | undefined

  /**
   * Kinds of requests that are created for every message have no constructor of their own, because engines do not
   * inline those.
   *
   * @param syscall - the operation, for errors
   * @param payload - the bytes to send; dropped on failure
   * @internal
   */
  constructor(handle: Handle, syscall: string, callback: OnRequest<never> | undefined, payload?: Payload) {
    this.handle = handle
    this.#syscall = syscall
    this.#callback = callback
    this.payload = payload
  }

  /** Whether the request has completed. */
  get finished(): boolean {
    return this.#status !== undefined
  }

  /** The outcome, 0 or a negative {@link StatusCode}; `undefined` while the request is pending. */
  get status(): number | undefined {
    return this.#status
  }

  /** Waits for the outcome; see `Promise.prototype.then`. */
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

  /** Waits for a failure only; see `Promise.prototype.catch`. */
  catch<Broken = never>(
    onBroken?: ((reason: unknown) => Broken | PromiseLike<Broken>) | null,
  ): Promise<undefined | Broken> {
    return this.then(undefined, onBroken)
  }

  /** Waits for the end, whatever the outcome; see `Promise.prototype.finally`. */
  finally(onEnd?: (() => void) | null): Promise<undefined> {
    return this.then().finally(onEnd)
  }

  [FIRE](_kind: CallbackKind, status: number): void {
    const { loop } = this.handle
    this.#status = status
    // Created now, because the loop may be closed when it is needed.
    if (status < 0) this.#failure ??= new UVError(status, loop[INSTANCE].describeStatus(status), this.#syscall)
    if (status < 0) this.payload?.drop()
    this.finish(status)
    const callback = this.#callback
    this.#callback = undefined
    this.#settle?.(this.#failure)
    if (callback !== undefined) callback(this, status)
    else if (this.#failure !== undefined && this.#settle === undefined && status !== StatusCode.ECANCELED)
      this.#throwUnlessAwaited(this.#failure)
  }

  /** A request that fails in the turn in which it was made is awaited only after that: `await` asks in a microtask. */
  #throwUnlessAwaited(failure: UVError): void {
    const { loop } = this.handle
    queueMicrotask(() => {
      if (this.#promise === undefined) loop[THROWN](failure)
    })
  }

  /** Ends the request with this failure, unchanged. */
  [FAIL](failure: UVError): void {
    this.#failure = failure
    this[FIRE]('done', failure.errno)
  }

  /** What a kind of request does first when it has completed. */
  protected finish(_status: number): void {}
}

/** A request of a stream. */
export abstract class StreamRequest extends Request {
  declare readonly handle: Stream

  /** The stream that performs it. */
  get stream(): Stream {
    return this.handle
  }
}

/** A pending `TCP.connect()`. */
export class TCPConnectRequest extends StreamRequest {}

/** A pending `Pipe.connect()`. */
export class PipeConnectRequest extends StreamRequest {}

/** A pending `shutdown()`. */
export class ShutdownRequest extends StreamRequest {}

/** A pending `write()`. */
export class WriteRequest extends StreamRequest {
  /** Whether the host has taken all bytes; libuv reports it later. @internal */
  get taken(): boolean {
    return this.payload?.left === 0
  }

  /** The buffers that are written, as a list; once the request has completed they can be reused. */
  get buffers(): readonly Uint8Array[] {
    return this.payload?.chunks ?? []
  }
}

/** A pending `UDP.send()`. */
export class UDPSendRequest extends Request {
  protected override finish(_status: number): void {
    this.payload?.drop()
  }
}

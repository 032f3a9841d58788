/// <reference lib="esnext.disposable" preserve="true" />

import type { Description } from '../abi/description.js'
import type { UvExports } from '../abi/uv-module.js'
import type { Address } from '../base/address.js'
import { type CallbackKind, type CallbackTarget, FIRE } from '../runtime/dispatch.js'
import type { Instance } from '../runtime/instance.js'
import { type AddressLike, checkAddress, hostText, readAddress } from './address.js'
import { type Callback, checkCallback } from './callback.js'
import { ArgumentError, ClosedHandleError, checkInteger, show, UVError } from './errors.js'
import { FOUND, INSTANCE, Loop, THROWN } from './loop.js'
import type { Request } from './request.js'
import { StatusCode } from './status.js'

/** What consoles ask for, Node's and those of other runtimes; not a part of the public face. */
export const INSPECT: unique symbol = Symbol.for('nodejs.util.inspect.custom')

/** Asks to be told when a handle is closed; not a part of the public face. */
export const WHEN_CLOSED: unique symbol = Symbol('when closed')

/** What the close of a handle waits for; not a part of the public face. */
export const FREED: unique symbol = Symbol('freed')

/**
 * Makes the C side's handle, which is to know itself by `id`.
 *
 * @returns its address, or a negative status
 */
export type InitHandle = (exports: UvExports, id: number, abi: Description) => number

/** Called when a handle is closed. */
export type OnClosed<Self> = Callback<[handle: Self]>

/**
 * What all handles have. A handle lives from its construction until it is closed; `close()` is the only way to free it.
 *
 * Every method but `close()`, the `*Stop()` methods and the plain questions throws {@link ClosedHandleError} once the handle is
 * closing.
 *
 * @see https://docs.libuv.org/en/v1.x/handle.html
 */
export abstract class Handle implements CallbackTarget, AsyncDisposable {
  /** The loop it belongs to. */
  readonly loop: Loop
  /** The instance that the loop runs. */
  protected readonly instance: Instance
  readonly #address: number
  #closing: Promise<void> | undefined
  #closed = false;
  /** What its close waits for, after {@link Handle.close}. */
  [FREED]: PromiseLike<void> | undefined
  /** Made when somebody wants to be told: most handles of a large number are never closed one by one. */
  #onClosed: Set<() => void> | undefined

  /**
   * @param loop - {@link Loop.current} when it is left out
   * @param init - makes the C side's handle
   */
  protected constructor(loop: Loop | undefined, init: InitHandle) {
    this.loop = chooseLoop(loop)
    this.instance = this.loop[INSTANCE]
    const { abi, dispatch, exports } = this.instance
    const id = dispatch.add(this)
    try {
      this.#address = this.check(init(exports, id, abi), 'init')
    } catch (error) {
      dispatch.remove(id)
      throw error
    }
    this.trace?.('init')
  }

  /** Whether it has something to do: listens, reads, has been started. False once closed. */
  get active(): boolean {
    return !this.#closed && this.instance.exports.uvw_is_active(this.#address) !== 0
  }

  /** Whether `close()` was called. It stays true. */
  get closing(): boolean {
    return this.#closing !== undefined
  }

  /** Whether it is closed, its last callback behind it. */
  get closed(): boolean {
    return this.#closed
  }

  /** Whether it keeps its loop running while it is active. True at first, false once closed. */
  get hasRef(): boolean {
    return !this.#closed && this.instance.exports.uvw_has_ref(this.#address) !== 0
  }

  /** Lets it keep its loop running. Doing so twice is doing so once. @throws {ClosedHandleError} */
  ref(): void {
    this.instance.exports.uvw_ref(this.address)
    this.instance.pump.wake()
  }

  /** Lets its loop end although it is active. @throws {ClosedHandleError} */
  unref(): void {
    this.instance.exports.uvw_unref(this.address)
    this.instance.pump.wake()
  }

  /**
   * Closes the handle. Requests under way end with `ECANCELED`, before `onClosed`. Closing again is silent: every caller gets
   * the same promise, and every `onClosed` is called.
   *
   * @returns a promise that is kept when the handle is closed, for which the loop has to run
   */
  close(onClosed?: OnClosed<this>): Promise<void> {
    return this.beginClose(onClosed, (address) => {
      this.instance.exports.uvw_close(address)
      return 0
    })
  }

  /**
   * The descriptor below, a number that only this loop's kernel knows.
   *
   * @throws {UVError} EBADF when there is none yet, EINVAL when this kind of handle has none
   */
  fileno(): number {
    return this.check(this.instance.exports.uvw_fileno(this.address), 'fileno')
  }

  /** Lets a socket's handle take over a descriptor of this loop's kernel. */
  protected takeOver(fd: number): void {
    const { address } = this
    checkInteger(fd, 'fd', 0, 0x7fff_ffff)
    this.check(this.instance.exports.uvw_open(address, fd), 'open')
  }

  /** Gives a handle of TCP or UDP an address. `meanings` are the flags there are, each with the module's number for it. */
  protected bindTo(address: AddressLike, flags: number, meanings: readonly (readonly [number, number])[]): void {
    const handle = this.address
    const { instance } = this
    const checked = checkAddress(instance.host, address, 'bind')
    const { port, flowInfo, scopeId } = checked
    const all = meanings.reduce((sum, [flag]) => sum | flag, 0)
    checkInteger(flags, 'flags', 0, all)
    const mask = meanings.reduce((sum, [flag, meaning]) => (flags & flag ? sum | meaning : sum), 0)
    const text = hostText(instance, checked)
    this.check(instance.exports.uvw_bind(handle, text, port, flowInfo, scopeId, mask), 'bind')
  }

  /** What a handle of TCP or UDP is called, or its peer. */
  protected askName(call: 'sockname' | 'peername'): Address {
    const { exports, scratch } = this.instance
    this.check(exports[`uvw_get${call}`](this.address, scratch), call)
    const address = readAddress(this.instance)
    if (address === undefined) throw this.error(StatusCode.EAFNOSUPPORT, call)
    return address
  }

  /**
   * Bytes that may wait to be sent (`SO_SNDBUF`); what is set is read back, and no less than 1,024.
   *
   * @throws {UVError} EBADF when there is no socket yet, ENOTSUP when this kind of handle has none
   */
  get sendBufferSize(): number {
    return this.check(this.instance.exports.uvw_send_buffer_size(this.address, 0), 'sendBufferSize')
  }

  set sendBufferSize(size: number) {
    const address = this.address
    checkInteger(size, 'sendBufferSize', 1, 0x7fff_ffff)
    this.check(this.instance.exports.uvw_send_buffer_size(address, size), 'sendBufferSize')
  }

  /**
   * Bytes that may wait to be read before the peer is held back (`SO_RCVBUF`); what is set is read back, and no less than 1,024.
   *
   * @throws {UVError} EBADF when there is no socket yet, ENOTSUP when this kind of handle has none
   */
  get receiveBufferSize(): number {
    return this.check(this.instance.exports.uvw_recv_buffer_size(this.address, 0), 'receiveBufferSize')
  }

  set receiveBufferSize(size: number) {
    const address = this.address
    checkInteger(size, 'receiveBufferSize', 1, 0x7fff_ffff)
    this.check(this.instance.exports.uvw_recv_buffer_size(address, size), 'receiveBufferSize')
  }

  /** Closes the handle and waits until it is closed, for which the loop has to run. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  /** What a console prints: what the handle is doing, and not the module below it. */
  [INSPECT](_depth: number, options: object, inspect: (value: unknown, options: object) => string): string {
    return `${this.constructor.name} ${inspect(this.#describe(), options)}`
  }

  /** What it is doing, for people. */
  #describe(): object {
    if (this.closing) return { state: this.closed ? 'closed' : 'closing' }
    const { active, hasRef } = this
    const known: Record<string, unknown> = { state: active ? 'active' : 'inactive', referenced: hasRef }
    for (const name of ['sockname', 'peername']) {
      try {
        if (name in this) known[name] = Reflect.get(this, name)
      } catch {
        // It has none, or not yet.
      }
    }
    return known
  }

  /** The C side's handle. @throws {ClosedHandleError} */
  protected get address(): number {
    if (this.#closing !== undefined) throw new ClosedHandleError(this.constructor.name)
    return this.#address
  }

  /**
   * Lets go of what takes a while to be free, before the handle is closed.
   *
   * @returns resolves when it is free; `undefined` where there is nothing to wait for
   */
  protected letGo(): PromiseLike<void> | undefined {
    return undefined
  }

  /** Closes by `action`, which is given the C side's handle and returns a status. @throws {UVError} what the status says */
  protected beginClose(onClosed: OnClosed<this> | undefined, action: (address: number) => number): Promise<void> {
    checkCallback(onClosed, 'onClosed')
    if (!this.#closed && this.loop.closed) {
      // Its loop's module has trapped: the handle went with it.
      this.#closing = Promise.resolve()
      this.#closed = true
    } else if (!this.#closed && this.#closing === undefined) {
      this.trace?.('close')
      const freed = this.letGo()
      if (freed === undefined) this.check(action(this.#address), 'close')
      else this.#closeOnce(freed, action)
      this.#closing = new Promise((resolve) => this[WHEN_CLOSED](resolve))
    }
    if (onClosed !== undefined) {
      if (this.#closed) this.instance.pump.later(() => onClosed(this))
      else this[WHEN_CLOSED](() => onClosed(this))
    }
    return this.#closing ?? Promise.resolve()
  }

  /** Closes once something is free; the loop is kept running meanwhile, as by any handle that is closing. */
  #closeOnce(freed: PromiseLike<void>, action: (address: number) => number): void {
    this[FREED] = freed
    this.ref()
    freed.then(() => {
      this[FREED] = undefined
      // Its loop's module may have trapped meanwhile.
      if (!this.loop.closed) this.check(action(this.#address), 'close')
    })
  }

  /** Told by the module what happened; kinds of handles add theirs. */
  [FIRE](kind: CallbackKind, _value: number): void {
    if (kind === 'walk') this.loop[FOUND](this)
    if (kind !== 'close') return
    this.#closed = true
    this.trace?.('closed')
    for (const callback of this.#onClosed ?? []) {
      try {
        callback()
      } catch (error) {
        this.loop[THROWN](error)
      }
    }
    this.#onClosed = undefined
  }

  /** Calls back once when the handle is closed. @returns takes the wish back */
  [WHEN_CLOSED](callback: () => void): () => void {
    const wishes = this.#onClosed ?? new Set()
    this.#onClosed = wishes.add(callback)
    return () => wishes.delete(callback)
  }

  /**
   * Takes a result of the module.
   *
   * @returns it, when it is no failure
   * @throws {UVError} what a negative one says
   */
  protected check(result: number, syscall: string): number {
    if (result < 0) throw this.error(result, syscall)
    this.instance.pump.wake()
    return result
  }

  /** Hands a request to the module. @throws {UVError} when the module refuses it: it will not be called back then */
  protected begin(request: Request, syscall: string, call: (id: number) => number): void {
    const { dispatch } = this.instance
    const id = dispatch.add(request)
    const status = call(id)
    if (status < 0) {
      dispatch.remove(id)
      throw this.error(status, syscall)
    }
    this.instance.pump.wake()
  }

  /** A status as an error. */
  protected error(status: number, syscall: string): UVError {
    return new UVError(status, this.instance.describeStatus(status), syscall)
  }

  /** Prints a step of this handle's life, where somebody wants to see it. */
  protected get trace(): ((step: string) => void) | undefined {
    const print = this.instance.trace.topic('handle')
    return print && ((step) => print(`${this.constructor.name} ${this.#address}: ${step}`))
  }
}

/**
 * Checks that somebody did not forget the braces: `new TCP(loop)` would be a handle of another loop, the current one.
 *
 * @throws {ArgumentError} naming what there is in place of options
 */
export function handleOptions<Options extends { readonly loop?: Loop }>(options: Options): Options {
  if (typeof options === 'object' && options !== null && !(options instanceof Loop)) return options
  throw new ArgumentError(`${show(options)} is not an object of options; give { loop }`)
}

function chooseLoop(loop: Loop | undefined): Loop {
  const chosen = loop === undefined ? Loop.current : loop
  if (chosen instanceof Loop) return chosen
  if (chosen !== undefined) throw new ArgumentError(`loop ${show(chosen)} is not a Loop`)
  throw new ArgumentError('there is no loop yet; open one with `await Loop.open()` and give it as { loop }')
}

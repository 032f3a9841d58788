/// <reference lib="esnext.disposable" preserve="true" />

import type { Description } from '../abi/description.js'
import type { UvExports } from '../abi/uv-module.js'
import type { Address } from '../base/address.js'
import { type CallbackKind, type CallbackTarget, FIRE } from '../runtime/dispatch.js'
import type { Instance } from '../runtime/instance.js'
import { type AddressLike, checkAddress, hostText, readAddress } from './address.js'
import { type Callback, checkCallback } from './callback.js'
import { ArgumentError, ClosedHandleError, checkInteger, show, UVError } from './errors.js'
import { Loop } from './loop/loop.js'
import { FOUND, INSTANCE, THROWN } from './loop/loop-keys.js'
import type { Request } from './request.js'
import { StatusCode } from './status.js'

/**
 * The key of the method that consoles call to print a value, in Node and other runtimes. Not part of the public API.
 */
export const INSPECT: unique symbol = Symbol.for('nodejs.util.inspect.custom')

/** The key of the method that registers a callback for the close of a handle. Not part of the public API. */
export const WHEN_CLOSED: unique symbol = Symbol('when closed')

/** The key of the promise that the close of a handle waits for. Not part of the public API. */
export const FREED: unique symbol = Symbol('freed')

/**
 * Creates the C handle, which its callbacks refer to by `id`.
 *
 * @returns its address in the module's memory, or a negative status
 */
export type InitHandle = (exports: UvExports, id: number, abi: Description) => number

/** Called when a handle is closed. */
export type OnClosed<Self> = Callback<[handle: Self]>

/**
 * The base class of all handles. A handle lives from its construction until it is closed; `close()` is the only way
 * to free it.
 *
 * Once the handle is closing, every method throws {@link ClosedHandleError}, except `close()`, `stop()`, the
 * `*Stop()` methods and the getters that report state, such as `active`.
 *
 * @see https://docs.libuv.org/en/v1.x/handle.html
 */
export abstract class Handle implements CallbackTarget, AsyncDisposable {
  /** The loop that the handle belongs to. */
  readonly loop: Loop
  /** The instance that the loop runs on. */
  protected readonly instance: Instance
  readonly #address: number
  #closing: Promise<void> | undefined
  #closed = false;
  /** What the close waits for, after {@link Handle.close}. */
  [FREED]: PromiseLike<void> | undefined
  /** Created on first use: with many handles, most are never closed one by one. */
  #onClosed: Set<() => void> | undefined

  /**
   * @param loop - {@link Loop.current} by default
   * @param init - creates the C handle
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

  /** Whether the handle is active: it listens, reads or has been started. False once closed. */
  get active(): boolean {
    return !this.#closed && this.instance.exports.uvw_is_active(this.#address) !== 0
  }

  /** Whether `close()` was called. It stays true. */
  get closing(): boolean {
    return this.#closing !== undefined
  }

  /** Whether the handle is closed and its last callback has run. */
  get closed(): boolean {
    return this.#closed
  }

  /** Whether the handle keeps its loop running while it is active. True at first, false once closed. */
  get hasRef(): boolean {
    return !this.#closed && this.instance.exports.uvw_has_ref(this.#address) !== 0
  }

  /** Makes the handle keep its loop running while it is active. Idempotent. @throws {ClosedHandleError} */
  ref(): void {
    this.instance.exports.uvw_ref(this.address)
    this.instance.pump.wake()
  }

  /** Lets the loop end although the handle is active. Idempotent. @throws {ClosedHandleError} */
  unref(): void {
    this.instance.exports.uvw_unref(this.address)
    this.instance.pump.wake()
  }

  /**
   * Closes the handle. Pending requests fail with `ECANCELED`, before `onClosed` is called. Closing again is allowed:
   * every caller gets the same promise, and every `onClosed` is called.
   *
   * @returns a promise that resolves when the handle is closed, for which the loop has to run
   */
  close(onClosed?: OnClosed<this>): Promise<void> {
    return this.beginClose(onClosed, (address) => {
      this.instance.exports.uvw_close(address)
      return 0
    })
  }

  /**
   * The handle's descriptor: a number of this loop's kernel, which means nothing outside of the loop.
   *
   * @throws {UVError} EBADF when there is none yet, EINVAL when handles of this kind have none
   */
  fileno(): number {
    return this.check(this.instance.exports.uvw_fileno(this.address), 'fileno')
  }

  /** Takes over a descriptor of this loop's kernel, for a socket's handle. */
  protected takeOver(fd: number): void {
    const { address } = this
    checkInteger(fd, 'fd', 0, 0x7fff_ffff)
    this.check(this.instance.exports.uvw_open(address, fd), 'open')
  }

  /**
   * Binds a TCP or UDP handle to an address. `meanings` lists the valid flags, each with the module's number for it.
   */
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

  /** The address of a TCP or UDP handle, or of its peer. */
  protected askName(call: 'sockname' | 'peername'): Address {
    const { exports, scratch } = this.instance
    this.check(exports[`uvw_get${call}`](this.address, scratch), call)
    const address = readAddress(this.instance)
    if (address === undefined) throw this.error(StatusCode.EAFNOSUPPORT, call)
    return address
  }

  /**
   * The size of the send buffer in bytes (`SO_SNDBUF`). Reads back twice the value that was set, as on Linux, from
   * 4,608 to 4 MiB.
   *
   * @throws {UVError} EBADF when there is no socket yet, ENOTSUP when handles of this kind have none
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
   * The size of the receive buffer in bytes (`SO_RCVBUF`): how much may wait to be read before the peer is held back.
   * Reads back twice the value that was set, as on Linux, from 2,304 to 4 MiB.
   *
   * @throws {UVError} EBADF when there is no socket yet, ENOTSUP when handles of this kind have none
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

  /** Returns what a console prints: the state of the handle, without the instance and the module. */
  [INSPECT](_depth: number, options: object, inspect: (value: unknown, options: object) => string): string {
    return `${this.constructor.name} ${inspect(this.#describe(), options)}`
  }

  /** The state of the handle, in readable form. */
  #describe(): object {
    if (this.closing) return { state: this.closed ? 'closed' : 'closing' }
    const { active, hasRef } = this
    const known: Record<string, unknown> = { state: active ? 'active' : 'inactive', referenced: hasRef }
    for (const name of ['sockname', 'peername']) {
      try {
        if (name in this) known[name] = Reflect.get(this, name)
      } catch {
        // There is no address, or none yet.
      }
    }
    return known
  }

  /** The address of the C handle. @throws {ClosedHandleError} */
  protected get address(): number {
    if (this.#closing !== undefined) throw new ClosedHandleError(this.constructor.name)
    return this.#address
  }

  /**
   * Starts to release what takes time to be released (a listening port), before the handle is closed.
   *
   * @returns a promise that resolves once it is released; `undefined` when there is nothing to wait for
   */
  protected letGo(): PromiseLike<void> | undefined {
    return undefined
  }

  /**
   * Closes the handle by `action`, which gets the C handle and returns a status. @throws {UVError} for a negative
   * status
   */
  protected beginClose(onClosed: OnClosed<this> | undefined, action: (address: number) => number): Promise<void> {
    checkCallback(onClosed, 'onClosed')
    if (!this.#closed && this.loop.closed) {
      // The loop's module has trapped, which ended the handle too.
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

  /** Closes the handle once `freed` resolves. Until then it keeps the loop running, like any closing handle. */
  #closeOnce(freed: PromiseLike<void>, action: (address: number) => number): void {
    this[FREED] = freed
    this.ref()
    freed.then(() => {
      this[FREED] = undefined
      // The loop's module may have trapped in the meantime.
      if (!this.loop.closed) this.check(action(this.#address), 'close')
    })
  }

  /** Called by the module for each callback of the handle; subclasses handle further kinds. */
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

  /** Registers a callback for the close of the handle, called once. @returns a function that removes it */
  [WHEN_CLOSED](callback: () => void): () => void {
    const wishes = this.#onClosed ?? new Set()
    this.#onClosed = wishes.add(callback)
    return () => wishes.delete(callback)
  }

  /**
   * Checks a result of the module.
   *
   * @returns the result, unless it is negative
   * @throws {UVError} for a negative result
   */
  protected check(result: number, syscall: string): number {
    if (result < 0) throw this.error(result, syscall)
    this.instance.pump.wake()
    return result
  }

  /** Passes a request to the module. @throws {UVError} when the module refuses it; its callback is not called then */
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

  /** Makes an error of a status. */
  protected error(status: number, syscall: string): UVError {
    return new UVError(status, this.instance.describeStatus(status), syscall)
  }

  /** Prints a step of this handle's life, if the trace topic `handle` is on. */
  protected get trace(): ((step: string) => void) | undefined {
    const print = this.instance.trace.topic('handle')
    return print && ((step) => print(`${this.constructor.name} ${this.#address}: ${step}`))
  }
}

/**
 * Checks the options of a handle. Catches forgotten braces: `new TCP(loop)` would otherwise create a handle on
 * another loop, the current one.
 *
 * @throws {ArgumentError} naming the value that was given instead of options
 */
export function handleOptions<Options extends { readonly loop?: Loop }>(options: Options): Options {
  if (typeof options === 'object' && options !== null && !(options instanceof Loop)) return options
  throw new ArgumentError(`Cannot use ${show(options)} as options: it is not an options object; give { loop }`)
}

function chooseLoop(loop: Loop | undefined): Loop {
  const chosen = loop === undefined ? Loop.current : loop
  if (chosen instanceof Loop) return chosen
  if (chosen !== undefined) {
    throw new ArgumentError(`Cannot use loop ${show(chosen)}: it is not a Loop; give one opened with Loop.open()`)
  }
  throw new ArgumentError(
    'Cannot create a handle: there is no loop yet; open one with `await Loop.open()` and give it as { loop }',
  )
}

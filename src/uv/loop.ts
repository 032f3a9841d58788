/// <reference lib="esnext.disposable" preserve="true" />
import type { Address } from '../base/address.js'
import type { WasmModule } from '../base/platform-types.js'
import type { Host } from '../host/contract/host.js'
import { defaultHost } from '../host/platform/default-host.js'
import { Instance, type InstanceOptions } from '../runtime/instance.js'
import { compileModule } from '../runtime/module.js'
import { ArgumentError, ClosedLoopError, show, UVError } from './errors.js'
import type { Handle } from './handle.js'
import { type LookupOptions, lookupAddresses } from './lookup.js'
import { checkOptions, type LoopOptions } from './loop-options.js'
import { learnStatusCodes, StatusCode } from './status.js'

/**
 * How a loop runs.
 *
 * @see https://docs.libuv.org/en/v1.x/loop.html#c.uv_run
 */
export const RunMode = {
  /** Until nothing active and referenced is left, or `stop()`. */
  DEFAULT: 'UV_RUN_DEFAULT',
  /** One round; waits for something to happen. */
  ONCE: 'UV_RUN_ONCE',
  /** One round; does not wait. */
  NOWAIT: 'UV_RUN_NOWAIT',
} as const

/** One of {@link RunMode}. */
export type RunMode = (typeof RunMode)[keyof typeof RunMode]

/** Receives what a callback threw. */
export type ErrorHandler = (error: unknown) => void

/** What libuv counted since the loop was opened. */
export interface LoopMetrics {
  /** Rounds of the loop. */
  readonly loopCount: number
  /** Events that were handled. */
  readonly events: number
}

/** The instance below a loop; not a part of the public face. */
export const INSTANCE: unique symbol = Symbol('instance')
/** Tells a loop of a handle that was made on it, or found by walking. */
export const FOUND: unique symbol = Symbol('found')
/** Tells a loop what a callback threw. */
export const THROWN: unique symbol = Symbol('thrown')

/**
 * An event loop: a copy of libuv in WebAssembly, and the kernel it speaks to.
 *
 * @see https://docs.libuv.org/en/v1.x/loop.html
 *
 * @example
 * ```ts
 * import { Loop, Timer } from 'libuv-wasm'
 *
 * const loop = await Loop.open()
 * const timer = new Timer({ loop })
 * timer.start(10, 0, () => {
 *   console.log('ten milliseconds later')
 *   timer.close()
 * })
 * await loop.run()
 * loop.close()
 * ```
 * ```text
 * ten milliseconds later
 * ```
 */
export class Loop implements AsyncDisposable {
  static #current: Loop | undefined
  static #default: Loop | undefined

  /**
   * Receives what callbacks throw, and failures of requests that nobody listens to; the loop goes on. Without it the loop is
   * stopped and `run()` is rejected with the first of them.
   */
  onError: ErrorHandler | undefined

  readonly #instance: Instance
  #closed = false
  #running: Promise<boolean> | undefined
  #failure: { readonly error: unknown } | undefined
  readonly #found = new Set<Handle>()

  private constructor(instance: Instance) {
    this.#instance = instance
  }

  /**
   * Opens a loop. The first one becomes {@link Loop.current}.
   *
   * @throws {ArgumentError} when an option is something else
   * @throws {UVError} EBUSY when `default` is asked for and there is a default loop already, ENOMEM, EMFILE
   */
  static async open(options: LoopOptions = {}): Promise<Loop> {
    checkOptions(options)
    // A cold start has to load both, and neither waits for the other.
    const [host, module] = await Promise.all([options.host ?? defaultHost(), compileModule(options.module)])
    const { instance, begin } = Loop.#plan({ ...options, module }, host)
    return begin(await Instance.open(instance))
  }

  /**
   * Opens a loop at once, for who cannot wait: {@link Loop.open} with a host, and a compiled module that needs no WASI or is
   * given one.
   *
   * @throws what {@link Loop.open} is rejected with
   */
  static openSync(options: LoopOptions & { readonly host: Host; readonly module: WasmModule }): Loop {
    checkOptions(options)
    const { instance, begin } = Loop.#plan(options, options.host)
    return begin(Instance.openSync({ ...instance, module: options.module }))
  }

  /** What instance a loop needs, and how it begins on it. */
  static #plan(options: LoopOptions, host: Host): { instance: InstanceOptions; begin(instance: Instance): Loop } {
    const { module, wasi, trace, maxDescriptors } = options
    let loop: Loop | undefined
    const onTurn = (): void => {
      Loop.#current = loop
    }
    const onThrow: ErrorHandler = (error) => loop?.[THROWN](error)
    const onTrap = (): void => {
      if (loop !== undefined) loop.#end()
    }
    const begin = (instance: Instance): Loop => {
      learnStatusCodes(instance.abi)
      // Not earlier, for several may be on their way.
      if (options.default === true && Loop.#default !== undefined) {
        throw new UVError(StatusCode.EBUSY, 'there is a default loop already; get it with Loop.default()')
      }
      loop = new Loop(instance)
      loop.#check(instance.exports.uvw_loop_init(), 'open')
      if (options.default === true) Loop.#default = loop
      Loop.#current ??= loop
      return loop
    }
    return { instance: { host, module, wasi, trace, maxDescriptors, onTurn, onThrow, onTrap }, begin }
  }

  /** The process's default loop, opened when it is first asked for and again when it was closed. */
  static async default(options: Omit<LoopOptions, 'default'> = {}): Promise<Loop> {
    if (Loop.#default !== undefined) return Loop.#default
    Loop.#opening ??= Loop.open({ ...options, default: true }).finally(() => {
      Loop.#opening = undefined
    })
    return Loop.#opening
  }
  static #opening: Promise<Loop> | undefined

  /**
   * The loop that new handles belong to when they are not given one: the first that was opened, and since something ran, the
   * one that runs or ran last. `undefined` when there is none.
   */
  static get current(): Loop | undefined {
    return Loop.#current
  }

  /** Like {@link Loop.current}, and opens the default loop when there is none. */
  static async getCurrent(): Promise<Loop> {
    return Loop.#current ?? (await Loop.default())
  }

  /** Makes this loop the one that new handles belong to. */
  makeCurrent(): void {
    Loop.#current = this.#open()
  }

  /**
   * Runs the loop. Callbacks never run before this has returned. The process stays alive for as long as the run lasts.
   *
   * @param mode - until nothing is left by default
   * @returns what `uv_run()` returns: whether something is left to do
   * @throws {ClosedLoopError}
   * @throws {WebAssembly.RuntimeError} when the module traps, which is a defect of libuv's or ours: its sockets and the loop are
   *   closed then
   * @throws {UVError} EBUSY when it is running already
   * @see https://docs.libuv.org/en/v1.x/loop.html#c.uv_run
   */
  async run(mode: RunMode = RunMode.DEFAULT): Promise<boolean> {
    const { abi, pump } = this.#open().#instance
    const number = abi.constants[mode]
    if (number === undefined) throw new ArgumentError(`${show(mode)} is no mode; take one of RunMode`)
    if (pump.running) {
      throw new UVError(StatusCode.EBUSY, 'the loop is running already; await that run, or stop() it', 'run')
    }
    const running = pump.run(number)
    this.#running = running
    try {
      return await running
    } finally {
      // Another may have begun since this one was over.
      if (this.#running === running) this.#running = undefined
      this.#rethrow()
    }
  }

  /** Ends the run after the present round; without a run, ends the next one at once. Silent on a closed loop. */
  stop(): void {
    if (!this.#closed) this.#instance.pump.stop()
  }

  /**
   * Frees the loop. Closing twice is silent.
   *
   * @throws {UVError} EBUSY when it is running, or a handle is not closed yet; close them, run the loop, then close it
   */
  close(): void {
    if (this.#closed) return
    const { exports, kernel, pump } = this.#instance
    if (pump.running) throw new UVError(StatusCode.EBUSY, 'the loop is running; await the run first', 'close')
    const status = exports.uvw_loop_close()
    if (status === StatusCode.EBUSY) {
      const open = [...this.handles].map((handle) => handle.constructor.name).join(', ')
      throw new UVError(status, `open: ${open || 'a request'}; close all handles and run the loop first`, 'close')
    }
    this.#check(status, 'close')
    this.#end()
    // Last: a host that fails at it has failed at a loop that is closed.
    kernel.closeAll()
  }

  #end(): void {
    this.#closed = true
    if (Loop.#default === this) Loop.#default = undefined
    if (Loop.#current === this) Loop.#current = undefined
  }

  /** Whether the loop was closed, or its module has trapped, with which its run is rejected. */
  get closed(): boolean {
    return this.#closed
  }

  /** Whether there is an active referenced handle, a request under way, or a handle that is closing. */
  get alive(): boolean {
    return !this.#closed && this.#instance.exports.uvw_loop_alive() !== 0
  }

  /**
   * The loop's time in milliseconds, from an arbitrary start; it stands still during a round.
   *
   * @throws {ClosedLoopError}
   */
  get now(): number {
    return this.#open().#instance.exports.uvw_loop_now()
  }

  /** Brings `now` up to date. @throws {ClosedLoopError} */
  updateTime(): void {
    this.#open().#instance.exports.uvw_loop_update_time()
  }

  /** How long the next poll would wait, in milliseconds; -1 for ever. @throws {ClosedLoopError} */
  get pollTimeout(): number {
    return this.#open().#instance.exports.uvw_loop_timeout()
  }

  /** The handles that are not closed yet; none once the loop is closed. */
  get handles(): ReadonlySet<Handle> {
    this.#found.clear()
    if (!this.#closed) this.#instance.exports.uvw_loop_walk()
    return new Set(this.#found)
  }

  /** Closes every handle; the promise is kept once all are closed, for which the loop has to run. */
  async closeAllHandles(): Promise<void> {
    await Promise.all([...this.handles].map((handle) => handle.close()))
  }

  /**
   * Calls back at the beginning of the loop's next round, in the order asked for. It is no delay, and keeps nothing alive.
   *
   * @throws {ClosedLoopError}
   *
   * @example
   * ```ts
   * import { Loop } from 'libuv-wasm'
   *
   * const loop = await Loop.open()
   * loop.callLater(() => console.log('in the loop'))
   * console.log('before it runs')
   * await loop.run()
   * loop.close()
   * ```
   * ```text
   * before it runs
   * in the loop
   * ```
   */
  callLater(callback: () => void): void {
    const { pump } = this.#open().#instance
    if (typeof callback !== 'function') throw new ArgumentError(`callback ${show(callback)} is not a function`)
    pump.later(callback)
  }

  /**
   * Looks up the addresses of a host, for which the loop has to run. They come in the order in which they are to be tried: the
   * resolver's, but with the families by turns (RFC 8305, section 4).
   *
   * @param name - a name, which may have letters beyond ASCII, or an address in numbers, which is its own
   * @returns at least one address. The promise is rejected with a {@link UVError}: EAI_NONAME when nobody has the name, or no
   *   address of the family; EAI_AGAIN when it could not be found out, EAI_FAIL; and with the signal's reason.
   * @throws {ClosedLoopError}
   * @throws {ArgumentError} for what can be no name
   * @throws {UVError} ENOTSUP when the host cannot look names up, EACCES when it may not
   * @see https://docs.libuv.org/en/v1.x/dns.html#c.uv_getaddrinfo
   */
  async lookup(name: string, options: LookupOptions = {}): Promise<readonly Address[]> {
    return lookupAddresses(this.#open().#instance, name, options)
  }

  /** What libuv counted. @throws {ClosedLoopError} */
  get metrics(): LoopMetrics {
    const { exports, memory, scratch } = this.#open().#instance
    exports.uvw_loop_metrics(scratch)
    return {
      loopCount: memory.f64(scratch),
      events: memory.f64(scratch + 8),
    }
  }

  /** What the loop holds: all of it is 0, apart from the memory, when it was closed. Made for tests of leaks. */
  get resources(): { handles: number; descriptors: number; heapBlocks: number; memory: number } {
    const { dispatch, exports, kernel, memory } = this.#instance
    return {
      handles: dispatch.size,
      descriptors: kernel.openDescriptors,
      heapBlocks: exports.uvw_heap_blocks(),
      memory: memory.size,
    }
  }

  /**
   * Closes every handle, runs the loop until they are closed, and closes it.
   *
   * @throws what a callback threw meanwhile, the first of it and once the loop is closed, where there is no `onError`
   *
   * @example
   * ```ts
   * import { Loop, TCP } from 'libuv-wasm'
   *
   * const loop = await Loop.open()
   * const server = new TCP({ loop })
   * server.bind(['127.0.0.1', 0])
   * server.listen()
   * // Or write `await using loop = ...`, where your tools know it.
   * await loop[Symbol.asyncDispose]()
   * console.log(server.closed, loop.closed)
   * ```
   * ```text
   * true true
   * ```
   */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return
    const thrown: unknown[] = []
    // So that nothing stops the loop on its way; only who asked for it may.
    this.onError ??= (error) => thrown.push(error)
    const close = (): void => {
      if (this.handles.size === 0) return
      void this.closeAllHandles()
      // Again, for what callbacks make meanwhile.
      this.#instance.pump.later(close)
    }
    close()
    do await (this.#running ?? this.run())
    while (this.handles.size > 0)
    this.close()
    if (thrown.length > 0) throw thrown[0]
  }

  /** The instance below. @throws {ClosedLoopError} */
  get [INSTANCE](): Instance {
    return this.#open().#instance
  }

  [FOUND](handle: Handle): void {
    this.#found.add(handle)
  }

  [THROWN](error: unknown): void {
    if (this.onError !== undefined) {
      try {
        this.onError(error)
        return
      } catch (another) {
        this.#fail(another)
      }
    } else this.#fail(error)
  }

  #fail(error: unknown): void {
    this.#failure ??= { error }
    this.stop()
  }

  #rethrow(): void {
    const failure = this.#failure
    this.#failure = undefined
    if (failure !== undefined) throw failure.error
  }

  #open(): this {
    if (this.#closed) throw new ClosedLoopError()
    return this
  }

  #check(status: number, syscall: string): void {
    if (status < 0) throw new UVError(status, this.#instance.describeStatus(status), syscall)
  }
}

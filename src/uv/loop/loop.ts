/// <reference lib="esnext.disposable" preserve="true" />
import type { Address } from '../../base/address.js'
import type { WasmModule } from '../../base/platform-types.js'
import type { RunFile } from '../../guard/record/run-file.js'
import type { Host } from '../../host/contract/host.js'
import { Instance, type InstanceOptions } from '../../runtime/instance.js'
import { compileModule } from '../../runtime/module.js'
import { ArgumentError, ClosedLoopError, show, UVError } from '../errors.js'
import type { Handle } from '../handle.js'
import { type LookupOptions, lookupAddresses } from '../lookup.js'
import { learnStatusCodes, StatusCode } from '../status.js'
import { FOUND, INSTANCE, THROWN } from './loop-keys.js'
import { type LoopMetrics, type LoopResources, metricsOf, resourcesOf } from './loop-metrics.js'
import { checkOptions, hasRunFile, type LoopOptions } from './loop-options.js'
import { openHost } from './open-host.js'
import { RunMode } from './run-mode.js'

/** Receives what a callback threw. */
export type ErrorHandler = (error: unknown) => void

/**
 * An event loop: an instance of libuv in WebAssembly, and the kernel that serves it.
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
   * Receives what callbacks throw, and the failures of requests that are neither awaited nor have a callback; the
   * loop continues. Without it, the loop is stopped and `run()` rejects with the first of them.
   */
  onError: ErrorHandler | undefined

  readonly #instance: Instance
  #closed = false
  #running: Promise<boolean> | undefined
  #failure: { readonly error: unknown } | undefined
  /** The file that it is recorded in, or replayed from. */
  #runFile: RunFile | undefined
  readonly #found = new Set<Handle>()

  private constructor(instance: Instance) {
    this.#instance = instance
  }

  /**
   * Opens a loop. The first one becomes {@link Loop.current}.
   *
   * @throws {ArgumentError} when an option is not valid
   * @throws {UVError} EBUSY when `default` is set and there is a default loop already, ENOMEM, EMFILE
   */
  static async open(options: LoopOptions = {}): Promise<Loop> {
    checkOptions(options)
    // A cold start has to load both; loading them at the same time saves time.
    const [{ host, runFile }, module] = await Promise.all([openHost(options), compileModule(options.module)])
    const { instance, begin } = Loop.#plan({ ...options, module }, host)
    const loop = begin(await Instance.open(instance))
    if (runFile !== undefined) loop.#follow(runFile)
    return loop
  }

  /**
   * Opens a loop synchronously. Needs a host, and a compiled module that needs no WASI unless a provider is given.
   * It cannot be recorded or replayed by an option.
   *
   * @throws the errors that {@link Loop.open} rejects with
   */
  static openSync(options: LoopOptions & { readonly host: Host; readonly module: WasmModule }): Loop {
    checkOptions(options)
    if (hasRunFile(options))
      throw new ArgumentError('Cannot record or replay a loop that is opened synchronously; use Loop.open()')
    const { instance, begin } = Loop.#plan(options, options.host)
    return begin(Instance.openSync({ ...instance, module: options.module }))
  }

  /** Derives the instance that a loop needs, and the function that creates the loop on it. */
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
      // Not checked earlier: several loops may be opening at the same time.
      if (options.default === true && Loop.#default !== undefined) {
        throw new UVError(
          StatusCode.EBUSY,
          'Cannot open a default loop: there is one already; get it with Loop.default()',
        )
      }
      loop = new Loop(instance)
      loop.#check(instance.exports.uvw_loop_init(), 'open')
      if (options.default === true) Loop.#default = loop
      Loop.#current ??= loop
      return loop
    }
    return { instance: { host, module, wasi, trace, maxDescriptors, onTurn, onThrow, onTrap }, begin }
  }

  /** The process's default loop. It is opened on the first call, and again after it was closed. */
  static async default(options: Omit<LoopOptions, 'default'> = {}): Promise<Loop> {
    if (Loop.#default !== undefined) return Loop.#default
    Loop.#opening ??= Loop.open({ ...options, default: true }).finally(() => {
      Loop.#opening = undefined
    })
    return Loop.#opening
  }
  static #opening: Promise<Loop> | undefined

  /**
   * The loop that new handles belong to by default: the loop that is running or ran last; before any ran, the first
   * that was opened. `undefined` when there is none.
   */
  static get current(): Loop | undefined {
    return Loop.#current
  }

  /** Like {@link Loop.current}, but opens the default loop when there is none. */
  static async getCurrent(): Promise<Loop> {
    return Loop.#current ?? (await Loop.default())
  }

  /** Makes this loop the current one, which new handles belong to by default. */
  makeCurrent(): void {
    Loop.#current = this.#open()
  }

  /**
   * Runs the loop. Callbacks never run before this method has returned its promise. The process stays alive until the
   * run ends.
   *
   * @param mode - {@link RunMode}; `RunMode.DEFAULT` by default
   * @returns what `uv_run()` returns: whether there is something left to do
   * @throws {ClosedLoopError}
   * @throws {WebAssembly.RuntimeError} when the module traps, which is a bug in libuv or in this package; the loop
   *   and its sockets are closed then
   * @throws {UVError} EBUSY when the loop is running already
   * @see https://docs.libuv.org/en/v1.x/loop.html#c.uv_run
   */
  async run(mode: RunMode = RunMode.DEFAULT): Promise<boolean> {
    const { abi, pump } = this.#open().#instance
    const number = abi.constants[mode]
    if (number === undefined) {
      throw new ArgumentError(`Cannot run the loop in mode ${show(mode)}: it is not a mode; use one of RunMode`)
    }
    if (pump.running) {
      throw new UVError(
        StatusCode.EBUSY,
        'Cannot run the loop: it is running already; await that run, or stop() it',
        'run',
      )
    }
    const running = pump.run(number)
    this.#running = running
    try {
      return await running
    } finally {
      // Another run may have begun since this one ended.
      if (this.#running === running) this.#running = undefined
      this.#rethrow()
    }
  }

  /** Ends the run after the current iteration; without a run, the next one ends at once. Ignored on a closed loop. */
  stop(): void {
    if (!this.#closed) this.#instance.pump.stop()
  }

  /**
   * Frees the loop. Closing again is allowed.
   *
   * @throws {UVError} EBUSY when the loop is running or a handle is still open; close the handles, run the loop, then
   *   close it
   */
  close(): void {
    if (this.#closed) return
    const { exports, kernel, pump } = this.#instance
    if (pump.running) {
      throw new UVError(StatusCode.EBUSY, 'Cannot close the loop: it is running; await the run first', 'close')
    }
    const status = exports.uvw_loop_close()
    if (status === StatusCode.EBUSY) {
      const open = [...this.handles].map((handle) => handle.constructor.name).join(', ')
      throw new UVError(
        status,
        `Cannot close the loop: still open: ${open || 'a request'}; close all handles and run the loop first`,
        'close',
      )
    }
    this.#check(status, 'close')
    this.#end()
    // Last: if the host throws here, the loop is closed nevertheless.
    kernel.closeAll()
    this.#runFile?.close()
  }

  #end(): void {
    this.#closed = true
    if (Loop.#default === this) Loop.#default = undefined
    if (Loop.#current === this) Loop.#current = undefined
  }

  /** Whether the loop was closed, or its module has trapped (its run rejects then). */
  get closed(): boolean {
    return this.#closed
  }

  /** Whether there is an active and referenced handle, a pending request, or a closing handle. */
  get alive(): boolean {
    return !this.#closed && this.#instance.exports.uvw_loop_alive() !== 0
  }

  /**
   * The loop's time in milliseconds, from an arbitrary start. It does not change during an iteration.
   *
   * @throws {ClosedLoopError}
   */
  get now(): number {
    return this.#open().#instance.exports.uvw_loop_now()
  }

  /** Updates {@link Loop.now}. @throws {ClosedLoopError} */
  updateTime(): void {
    this.#open().#instance.exports.uvw_loop_update_time()
  }

  /** How long the next poll would wait, in milliseconds; -1 for no limit. @throws {ClosedLoopError} */
  get pollTimeout(): number {
    return this.#open().#instance.exports.uvw_loop_timeout()
  }

  /** The handles that are not closed yet; none once the loop is closed. */
  get handles(): ReadonlySet<Handle> {
    this.#found.clear()
    if (!this.#closed) this.#instance.exports.uvw_loop_walk()
    return new Set(this.#found)
  }

  /** Closes every handle. The promise resolves once all are closed, for which the loop has to run. */
  async closeAllHandles(): Promise<void> {
    await Promise.all([...this.handles].map((handle) => handle.close()))
  }

  /**
   * Calls back at the start of the loop's next iteration, in the order of the calls. It is not a timer, and does not
   * keep the loop alive.
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
    if (typeof callback !== 'function') {
      throw new ArgumentError(`Cannot use callback ${show(callback)}: it is not a function`)
    }
    pump.later(callback)
  }

  /**
   * Looks up the addresses of a host name, for which the loop has to run. They are sorted in the order in which to
   * try them: the resolver's order, with the families alternating (RFC 8305, section 4).
   *
   * @param name - a host name, which may have letters beyond ASCII, or an IP address, which is returned as it is
   * @returns at least one address. The promise rejects with a {@link UVError}: EAI_NONAME when the name does not
   *   exist or has no address of the family, EAI_AGAIN when the lookup failed temporarily, EAI_FAIL when it failed;
   *   or with the signal's reason.
   * @throws {ClosedLoopError}
   * @throws {ArgumentError} when the text can be neither a name nor an address
   * @throws {UVError} ENOTSUP when the host cannot look names up, EACCES when it may not
   * @see https://docs.libuv.org/en/v1.x/dns.html#c.uv_getaddrinfo
   */
  async lookup(name: string, options: LookupOptions = {}): Promise<readonly Address[]> {
    return lookupAddresses(this.#open().#instance, name, options)
  }

  /** What libuv has counted so far. @throws {ClosedLoopError} */
  get metrics(): LoopMetrics {
    return metricsOf(this.#open().#instance)
  }

  /** What the loop holds, for leak tests. After the loop was closed everything but `memory` is 0. */
  get resources(): LoopResources {
    return resourcesOf(this.#instance)
  }

  /**
   * Closes every handle, runs the loop until they are closed, and closes the loop.
   *
   * @throws {DivergenceError} when the loop was replayed, and its program did something else than in its recording
   * @throws the first exception that a callback threw in the meantime, once the loop is closed; not if there is an
   *   `onError`
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
    // Without a handler, an exception would stop the loop before the handles are closed.
    this.onError ??= (error) => thrown.push(error)
    const close = (): void => {
      if (this.handles.size === 0) return
      void this.closeAllHandles()
      // Again, for handles that callbacks create in the meantime.
      this.#instance.pump.later(close)
    }
    close()
    do await (this.#running ?? this.run())
    while (this.handles.size > 0)
    this.close()
    await this.#runFile?.done
    if (thrown.length > 0) throw thrown[0]
  }

  /** The instance that the loop runs on. @throws {ClosedLoopError} */
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

  /** Whether the program does what it did is reported like what its callbacks throw. */
  #follow(runFile: RunFile): void {
    this.#runFile = runFile
    runFile.done.catch((error: unknown) => this[THROWN](error))
  }

  #fail(error: unknown): void {
    this.#failure ??= { error }
    // Of a run that has just ended, the next one is not to be stopped.
    if (this.#running === undefined || this.#instance.pump.running) this.stop()
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

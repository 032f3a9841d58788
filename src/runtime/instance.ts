/** One WebAssembly instance with its memory, kernel, dispatch and pump. */

import type { Description } from '../abi/description.js'
import { Memory } from '../abi/memory.js'
import { PREVIEW1_TYPES } from '../abi/preview1.js'
import { UV_HOST_MODULE, UV_HOST_TYPES } from '../abi/uv-host.js'
import { UV_FACE_MODULE, UV_FACE_TYPES, type UvExports } from '../abi/uv-module.js'
import { isCall } from '../base/call.js'
import type { WasmModule } from '../base/platform-types.js'
import type { Host } from '../host/contract/host.js'
import { Kernel } from '../kernel/kernel.js'
import { PayloadBridge } from '../kernel/payload-bridge.js'
import { createLibuvCalls } from '../kernel/syscalls/libuv-calls.js'
import { needsProvider, noStreams, ownWasi, WASI_MODULE, type WasiProvider, wasmerWasi } from '../wasi/provider.js'
import { Dispatch } from './dispatch.js'
import { Gate } from './import-gate.js'
import { linkError, type Offers } from './imports.js'
import { compileModule, describe, isOwn, type ModuleSource } from './module.js'
import { Pump } from './pump.js'
import { Trace } from './trace.js'

/** The options of an instance. */
export interface InstanceOptions {
  readonly host: Host
  /** The module; the package's own by default. */
  readonly module?: ModuleSource | undefined
  /** The implementation of WASI; by default `@wasmer/wasi`, for a module that has streams or files. */
  readonly wasi?: WasiProvider | undefined
  /** How many descriptors may be open at once; 65,536 by default. */
  readonly maxDescriptors?: number | undefined
  /** What to trace; by default the topics in `UVWASM_DEBUG`. */
  readonly trace?: Trace | undefined
  /** Called at the start of every turn. */
  readonly onTurn: () => void
  /** Called with the exception of a callback. */
  readonly onThrow: (error: unknown) => void
  /**
   * Called when the module has trapped or the host cannot continue to run it. The module must not be called any more.
   */
  readonly onTrap?: () => void
}

/** A running instance of libuv. */
export class Instance {
  readonly host: Host
  readonly abi: Description
  readonly exports: UvExports
  readonly memory: Memory
  readonly kernel: Kernel
  readonly dispatch: Dispatch
  /** Passes bytes without a copy in the module's memory. */
  readonly payloads: PayloadBridge
  readonly pump: Pump
  readonly trace: Trace
  /**
   * The address of a buffer in the module's memory for strings and small results; its contents are valid until the
   * next call.
   */
  readonly scratch: number

  private constructor(
    options: InstanceOptions,
    exports: UvExports,
    abi: Description,
    dispatch: Dispatch,
    trace: Trace,
  ) {
    this.host = options.host
    this.trace = trace
    this.dispatch = dispatch
    this.payloads = new PayloadBridge((number) => dispatch.payload(number))
    this.exports = exports
    this.memory = new Memory(exports.memory)
    this.abi = abi
    this.scratch = exports.uvw_scratch()
    this.kernel = new Kernel({
      host: options.host,
      firstDescriptor: this.abi.constants.UVH_FD_FIRST,
      maxDescriptors: options.maxDescriptors,
      onReady: (bytes) => this.pump.wake(bytes),
    })
    this.pump = new Pump({
      module: exports,
      untilEmpty: this.abi.constants.UV_RUN_DEFAULT,
      nowait: this.abi.constants.UV_RUN_NOWAIT,
      host: options.host,
      ready: () => this.kernel.readiness.dropStale(),
      onTurn: () => {
        dispatch.advanceEpoch()
        options.onTurn()
      },
      // Like the end of a process: the peers see that their connections have ended.
      onTrap: () => {
        options.onTrap?.()
        this.kernel.closeAll()
      },
      onThrow: options.onThrow,
      trace: trace.topic('pump'),
    })
  }

  /**
   * Makes an instance; its loop is not initialized yet.
   *
   * @throws {WebAssembly.CompileError} when the module is not valid WebAssembly
   * @throws {WebAssembly.LinkError} when it has imports that are not available
   * @throws {TypeError} when it does not export libuv, or exports an incompatible version
   */
  static async open(options: InstanceOptions): Promise<Instance> {
    const module = await compileModule(options.module)
    const { own, imports, finish } = Instance.#begin(options, module)
    const wasi = options.wasi ?? (needsProvider(module, own) ? await wasmerWasi() : undefined)
    return finish(await WebAssembly.instantiate(module, imports(wasi)).catch(rethrow), wasi)
  }

  /**
   * The synchronous variant of {@link Instance.open}, for a compiled module that needs no WASI or is given one.
   *
   * @throws the errors with which {@link Instance.open} is rejected
   */
  static openSync(options: InstanceOptions & { readonly module: WasmModule }): Instance {
    const { module, wasi } = options
    const { imports, finish } = Instance.#begin(options, module)
    const given = imports(wasi)
    try {
      return finish(new WebAssembly.Instance(module, given), wasi)
    } catch (error) {
      return rethrow(error)
    }
  }

  /** The steps before and after a module is instantiated. */
  static #begin(options: InstanceOptions, module: WebAssembly.Module) {
    const trace = options.trace ?? Trace.fromEnvironment()
    const dispatch = new Dispatch(options.onThrow)
    // The imports are made before the instance that they work on; none may be called until it exists.
    let made: Instance | undefined
    const instance = (): Instance => {
      if (made === undefined)
        throw new TypeError(
          'Cannot use the module: it called an import during instantiation; build it with `make wasm`',
        )
      return made
    }
    const system = createLibuvCalls(() => {
      const { kernel, memory, abi, pump, payloads } = instance()
      return { kernel, memory, abi, payloads, turns: pump, epoch: () => dispatch.epoch, onDefect: options.onThrow }
    })
    const own = ownWasi(options.host, () => instance().memory)
    const offers = (wasi: WasiProvider | undefined): Offers =>
      new Map([
        [UV_HOST_MODULE, { functions: { ...trace.imports(system, () => instance().abi) }, types: UV_HOST_TYPES }],
        [UV_FACE_MODULE, { functions: { ...dispatch.imports() }, types: UV_FACE_TYPES }],
        [WASI_MODULE, { functions: { ...(wasi?.imports(module) ?? noStreams), ...own }, types: PREVIEW1_TYPES }],
      ])
    return {
      own,
      imports: (wasi: WasiProvider | undefined): WebAssembly.Imports => importsFor(module, offers(wasi)),
      finish: (wasm: WebAssembly.Instance, wasi: WasiProvider | undefined): Instance => {
        wasi?.bind(wasm)
        const abi = describe(wasm.exports)
        if (!exportsLibuv(wasm.exports)) {
          throw new TypeError('Cannot use the module: it does not export libuv; build it with `make wasm`')
        }
        made = new Instance(options, wasm.exports, abi, dispatch, trace)
        made.exports._initialize()
        return made
      },
    }
  }

  /** libuv's text for a status. */
  describeStatus(status: number): string {
    return this.memory.string(this.exports.uvw_strerror(status))
  }

  /**
   * Writes a string into the scratch buffer.
   *
   * @param at - its offset there, for a caller that needs several strings at once
   * @returns its address, or `undefined` when it is too long or contains a NUL
   */
  text(text: string, at = 0): number | undefined {
    const address = this.scratch + at
    return this.memory.setString(address, text, this.abi.constants.UVW_SCRATCH_SIZE - at) ? address : undefined
  }
}

/** Whether a module exports libuv. Some names are checked here; `make check` compares all of them. */
function exportsLibuv(exports: WebAssembly.Exports): exports is WebAssembly.Exports & UvExports {
  return ['_initialize', 'uvw_scratch', 'uvw_loop_init', 'uvw_loop_run'].every((name) => isCall(exports[name]))
}

/**
 * Makes the import object. The module of this package calls the functions directly; another one calls them through a
 * gate, which allows them to call the module back.
 *
 * @throws {WebAssembly.LinkError} when it has imports that are not available
 */
function importsFor(module: WasmModule, offers: Offers): WebAssembly.Imports {
  if (!isOwn(module)) return new Gate(module, offers, { reenters: () => true }).imports
  return bare([...offers].map(([name, { functions }]) => [name, bare(Object.entries(functions))]))
}

/** An object that inherits nothing. */
function bare<Value>(entries: readonly (readonly [string, Value])[]): Record<string, Value> {
  return Object.assign(Object.create(null), Object.fromEntries(entries))
}

function rethrow(error: unknown): never {
  throw linkError(error)
}

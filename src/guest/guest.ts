/** Runs somebody else's WebAssembly program: one with a `main()`, made with libuv's archive by `uvcc`. */
import type { WasmModule } from '../base/platform-types.js'
import { policyHost } from '../guard/policy.js'
import type { Host } from '../host/contract/host.js'
import { defaultHost } from '../host/platform/default-host.js'
import { compileModule, describeModule, type ModuleSource } from '../runtime/module.js'
import { Trace } from '../runtime/trace.js'
import { ArgumentError, checkInteger, show } from '../uv/errors.js'
import type { Directory, Dirs } from '../wasi/fs/seed.js'
import type { WasiOptions } from '../wasi/provider.js'
import type { OnOutput } from '../wasi/stdio.js'
import { startWithJspi } from './drivers/jspi.js'
import { startPumped } from './drivers/pump.js'
import { hasJspi } from './drivers/suspending-import.js'
import { Thread } from './drivers/thread.js'
import type { InputSource } from './input.js'
import { letsPump } from './pumped-loops.js'
import type { GuestRun, GuestSetup } from './setup.js'

export type { Directory, Dirs } from '../wasi/fs/seed.js'
export type { OnOutput } from '../wasi/stdio.js'
export { GuestTrap } from './exit.js'
export type { InputSource } from './input.js'

/**
 * How a guest waits: `pump` not at all, for it leaves its loop to its host (`uvp_run_and_exit()` of `uv/pump.h`); `jspi` where
 * the engine can suspend WebAssembly (Node 24.21 and later, Deno 2.9, Bun 1.4, Chromium 137); `worker` in a thread of its own.
 * `auto` is the first of them that there is.
 */
export type DriverName = 'auto' | 'pump' | 'jspi' | 'worker'

/** A driver that is ready to start a guest. */
interface PreparedDriver {
  readonly driver: Guest['driver']
  start(setup: GuestSetup): Promise<GuestRun>
  /** In place of `start()`, where there is nothing to start. */
  cancel(): void
}

const nothing = (): void => {}

const DRIVERS = {
  async jspi(): Promise<PreparedDriver> {
    if (hasJspi()) return { driver: 'jspi', start: startWithJspi, cancel: nothing }
    throw new TypeError("Cannot use the driver 'jspi': this engine has none; take 'worker', or Node 24.21 and later")
  },

  async worker(): Promise<PreparedDriver> {
    const thread = Thread.take()
    // The only driver that needs much code of its own.
    const { startInWorker } = await import('./drivers/worker.js')
    return { driver: 'worker', start: (setup) => startInWorker(setup, thread), cancel: thread.terminate }
  },

  async pump(): Promise<PreparedDriver> {
    return { driver: 'pump', start: startPumped, cancel: nothing }
  },
}

/** What a guest is given. Nothing that is not given exists for it. */
export interface GuestOptions extends WasiOptions {
  /**
   * The network, or a promise of it where it is still being made. None by default: every `listen` and `connect` gets `EACCES`.
   * See {@link policyHost}.
   */
  readonly host?: Host | Promise<Host>
  /**
   * Its files: what stands at which absolute path when it starts. They are its own, in memory: folders of the host's are copied,
   * and what the guest writes goes nowhere else and ends with it. No file system by default, so that every path gets `ENOENT`;
   * with `{}` an empty one.
   */
  readonly dirs?: Dirs
  /** How it waits; `auto` by default. */
  readonly driver?: DriverName
  /** Its standard input, taken as it reads. Ends at once by default. */
  readonly input?: InputSource
  /** Receives what it writes, as it comes. Dropped by default. */
  readonly onOutput?: OnOutput
  /** How many descriptors it may have open at once; 65,536 by default. */
  readonly maxDescriptors?: number
  /** What to print while it runs; what the variable `UVWASM_DEBUG` says by default. */
  readonly trace?: Trace
}

/** A running guest. */
export class Guest {
  /**
   * Its exit code, 0 to 255; 143 when it was terminated. Rejected with a {@link GuestTrap} when it traps, and with what
   * `onOutput` threw. Nothing happens to a program that does not look at it.
   */
  readonly exit: Promise<number>
  /** How it waits. */
  readonly driver: Exclude<DriverName, 'auto'>
  readonly #run: GuestRun

  private constructor(driver: Exclude<DriverName, 'auto'>, run: GuestRun) {
    this.driver = driver
    this.#run = run
    this.exit = run.exit
    this.exit.catch(() => {})
  }

  /**
   * Starts a guest.
   *
   * @param program - its module
   * @throws {ArgumentError} when an option, or the program, is something else
   * @throws {WebAssembly.CompileError} when it is no WebAssembly
   * @throws {WebAssembly.LinkError} when it asks for imports we do not have; it names the first, and the remedy
   * @throws {TypeError} when it has no `main()`, or traps or calls us before that; when the driver asked for is not to be had, or a
   *   folder of `dirs` cannot be copied
   */
  static async start(program: ModuleSource, options: GuestOptions = {}): Promise<Guest> {
    checkStart(program, options)
    // All at once: other threads compile, and one comes into being, while this one loads what is needed.
    const { driver = 'auto' } = options
    const compiling = compileModule(program)
    const preparing = driver === 'auto' ? compiling.then(prepareBest) : DRIVERS[driver]()
    const parts = [compiling, preparing, describeModule(), openHost(options), copyFiles(options)] as const
    try {
      const [module, ready, abi, host, files] = await Promise.all(parts)
      const wasi = { args: options.args ?? ['guest'], env: options.env ?? {} }
      const { input, onOutput = nothing, trace = Trace.fromEnvironment(), maxDescriptors } = options
      const run = await ready.start({ module, abi, host, files, wasi, input, onOutput, trace, maxDescriptors })
      return new Guest(ready.driver, run)
    } catch (error) {
      preparing.then(({ cancel }) => cancel(), nothing)
      throw error
    }
  }

  /**
   * Ends the guest from outside; its connections are closed, and nothing in it can prevent or see that. One that computes ends
   * when it next calls us, unless it has a thread of its own (`worker`).
   */
  terminate(): void {
    this.#run.terminate()
  }
}

function prepareBest(module: WasmModule): Promise<PreparedDriver> {
  if (letsPump(module)) return DRIVERS.pump()
  return hasJspi() ? DRIVERS.jspi() : DRIVERS.worker()
}

async function openHost({ host }: GuestOptions): Promise<Host> {
  const opened = (await host) ?? policyHost(await defaultHost(), {})
  // By what it can do: it may come from another copy of this package, or another realm.
  if (typeof opened?.defer === 'function') return opened
  throw new ArgumentError(`host ${show(opened)} is not a Host; make one with nodeHost() or virtualHost()`)
}

async function copyFiles({ dirs }: GuestOptions): Promise<Directory | undefined> {
  return dirs && (await import('../wasi/fs/seed.js')).rootOf(dirs)
}

/** @throws {ArgumentError} naming what is something else */
function checkStart(program: unknown, options: GuestOptions): void {
  const { driver = 'auto', args, env, input, onOutput, maxDescriptors, trace } = options
  // By what they can do: they may come from another copy of this package, or another realm.
  if (typeof program !== 'object' || program === null) {
    throw new ArgumentError(`program ${show(program)} is no module; give its bytes, its URL, or it compiled`)
  }
  if (driver !== 'auto' && !Object.hasOwn(DRIVERS, driver)) {
    throw new ArgumentError(`driver ${show(driver)} is none of auto, ${Object.keys(DRIVERS).join(', ')}`)
  }
  if (args !== undefined && !(Array.isArray(args) && args.every(isText))) {
    throw new ArgumentError(`args ${show(args)} is no list of strings without NUL`)
  }
  if (env !== undefined && !(typeof env === 'object' && env !== null && Object.entries(env).every(isVariable))) {
    throw new ArgumentError(`env ${show(env)} is no object of strings without NUL, whose names have no "="`)
  }
  if (input !== undefined && !(input instanceof Uint8Array || typeof input?.[Symbol.asyncIterator] === 'function')) {
    throw new ArgumentError(`input ${show(input)} is neither bytes nor an async iterable of them`)
  }
  if (onOutput !== undefined && typeof onOutput !== 'function') {
    throw new ArgumentError(`onOutput ${show(onOutput)} is no function`)
  }
  if (maxDescriptors !== undefined) checkInteger(maxDescriptors, 'maxDescriptors', 4, 0x7fff_ffff)
  if (trace !== undefined && typeof trace?.topic !== 'function') {
    throw new ArgumentError(`trace ${show(trace)} is not a Trace; make one with new Trace('syscall')`)
  }
}

/** Whether C can have it as a string. */
function isText(value: unknown): value is string {
  return typeof value === 'string' && !value.includes('\0')
}

function isVariable([name, value]: readonly [string, unknown]): boolean {
  return isText(name) && !name.includes('=') && isText(value)
}

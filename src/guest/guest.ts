/** Runs a foreign WebAssembly program: one that has a `main()` and was linked with libuv by `uvcc`. */
import type { WasmModule } from '../base/platform-types.js'
import { SIGNALS, type SignalName } from '../base/signals.js'
import { policyHost } from '../guard/policy-host.js'
import type { Host } from '../host/contract/host.js'
import { defaultHost } from '../host/platform/default-host.js'
import { compileModule, describeModule, type ModuleSource } from '../runtime/module.js'
import { Trace } from '../runtime/trace.js'
import { ArgumentError, checkInteger, show } from '../uv/errors.js'
import { type Directory, type Dirs, isDirectory, type Mount } from '../wasi/fs/given.js'
import type { WasiOptions } from '../wasi/provider.js'
import type { OnOutput } from '../wasi/stdio.js'
import { AbsentCalls } from './absent-calls.js'
import { startWithJspi } from './drivers/jspi.js'
import { startPumped } from './drivers/pump.js'
import { hasJspi } from './drivers/suspending-import.js'
import { Thread } from './drivers/thread.js'
import type { InputSource } from './input.js'
import { letsPump } from './pumped-loops.js'
import type { GuestRun, GuestSetup } from './setup.js'
import type { GivenStreams } from './streams.js'

export type { SignalName } from '../base/signals.js'
export type { Directory, Dirs, HostDirectory } from '../wasi/fs/given.js'
export type { OnOutput } from '../wasi/stdio.js'
export { GuestTrap } from './exit.js'
export type { InputSource } from './input.js'

/**
 * How a guest waits. `pump`: not at all, since the program leaves its loop to its host (`uvp_run_and_exit()` of
 * `uv/pump.h`). `jspi`: by suspending WebAssembly, where the engine supports it (Node 24.21 and later, Deno 2.9, Bun
 * 1.4, Chromium 137). `worker`: by blocking a separate thread. `auto` is the first of them that is available.
 */
export type DriverName = 'auto' | 'pump' | 'jspi' | 'worker'

/** A driver that is ready to start a guest. */
interface PreparedDriver {
  readonly driver: Guest['driver']
  start(setup: GuestSetup): Promise<GuestRun>
  /** Called instead of `start()` when there is no guest to start. */
  cancel(): void
}

const nothing = (): void => {}

const DRIVERS = {
  async jspi(): Promise<PreparedDriver> {
    if (hasJspi()) return { driver: 'jspi', start: startWithJspi, cancel: nothing }
    throw new TypeError(
      "Cannot use the driver 'jspi': this engine cannot suspend WebAssembly; use 'worker', or Node 24.21 or later",
    )
  },

  async worker(): Promise<PreparedDriver> {
    const thread = Thread.take()
    // Imported on demand, since this driver is the only one that needs much additional code.
    const { startInWorker } = await import('./drivers/worker-driver.js')
    return { driver: 'worker', start: (setup) => startInWorker(setup, thread), cancel: thread.terminate }
  },

  async pump(): Promise<PreparedDriver> {
    return { driver: 'pump', start: startPumped, cancel: nothing }
  },
}

/** The options of a guest. It has access to nothing else. */
export interface GuestOptions extends WasiOptions {
  /**
   * The network, or a promise of it. None by default: every `listen` and `connect` gets `EACCES`. See
   * {@link policyHost}.
   */
  readonly host?: Host | Promise<Host>
  /**
   * The initial files, by absolute path. They are private to the guest: what it writes stays in memory, also in
   * directories of the host, which are read as it needs them; only a directory with `access: 'rw'` is changed on the
   * disk. By default there is no file system, so every path gets `ENOENT`; with `{}` it is empty.
   */
  readonly dirs?: Dirs
  /** How the guest waits; `auto` by default. */
  readonly driver?: DriverName
  /** Its standard input, consumed as the guest reads it. Empty by default. */
  readonly input?: InputSource
  /** Receives the output as it is written. Dropped by default. */
  readonly onOutput?: OnOutput
  /**
   * `inherit` connects its standard streams to those of this process, in place of `input` and `onOutput`: they have the
   * type that they have here (file, pipe, terminal), the guest reads no more of its input than it asks for, and a write
   * that fails reports the reason to the guest.
   */
  readonly stdio?: 'inherit'
  /**
   * Called when the guest changes what it does with signals, with those that would not end it although they usually do:
   * it has a handler for them, blocks or ignores them. A program that passes the signals of its own process on with
   * {@link Guest.kill} needs to take only these, and leaves the others to the operating system.
   */
  readonly onSignals?: (names: readonly SignalName[]) => void
  /** How many descriptors it may have open at once; 65,536 by default. */
  readonly maxDescriptors?: number
  /** What to trace while it runs; by default the topics in the environment variable `UVWASM_DEBUG`. */
  readonly trace?: Trace
}

/** A running guest. */
export class Guest {
  /**
   * Its exit code, 0 to 255; 143 when it was terminated, and 128 plus the signal's number when a signal has ended it.
   * Rejected with a {@link GuestTrap} when the guest traps, and with the exception of `onOutput`. The rejection may be
   * left unhandled.
   */
  readonly exit: Promise<number>
  /** The driver in use. */
  readonly driver: Exclude<DriverName, 'auto'>
  /**
   * The functions that the program has called so far although no guest has them, like `fork()`, with how often. They
   * returned an error; see `docs/guests-in-c.md`. At most 256 names.
   */
  readonly absentCalls: ReadonlyMap<string, number>
  readonly #run: GuestRun

  private constructor(driver: Exclude<DriverName, 'auto'>, run: GuestRun, absentCalls: ReadonlyMap<string, number>) {
    this.driver = driver
    this.absentCalls = absentCalls
    this.#run = run
    this.exit = run.exit
    this.exit.catch(() => {})
  }

  /**
   * Starts a guest.
   *
   * @param program - its module
   * @throws {ArgumentError} when the program or an option is not valid
   * @throws {WebAssembly.CompileError} when the program is not valid WebAssembly
   * @throws {WebAssembly.LinkError} when it has imports that are not available; the message names the first one and
   *   the remedy
   * @throws {TypeError} when it has no `main()`, or traps or calls an import before that; when the requested driver
   *   is not available, or a directory of `dirs` does not exist
   */
  static async start(program: ModuleSource, options: GuestOptions = {}): Promise<Guest> {
    checkStart(program, options)
    // In parallel: other threads compile the module and start up while this thread loads the rest.
    const { driver = 'auto' } = options
    const compiling = compileModule(program)
    const preparing = driver === 'auto' ? compiling.then(prepareBest) : DRIVERS[driver]()
    const parts = [
      compiling,
      preparing,
      describeModule(),
      openHost(options),
      findFiles(options),
      inheritStreams(options),
    ] as const
    try {
      const [module, ready, abi, host, files, inherited] = await Promise.all(parts)
      const wasi = { args: options.args ?? ['guest'], env: options.env ?? {} }
      const { input, onOutput = nothing, onSignals, trace = Trace.fromEnvironment(), maxDescriptors } = options
      const streams = { input, onOutput, inherited }
      const absent = new AbsentCalls(trace)
      const given = { streams, onSignals, trace, maxDescriptors, onAbsent: absent.note }
      const run = await ready.start({ module, abi, host, files, wasi, ...given })
      return new Guest(ready.driver, run, absent.counts)
    } catch (error) {
      preparing.then(({ cancel }) => cancel(), nothing)
      throw error
    }
  }

  /**
   * Sends a signal to the guest. If it has a handler for the signal, the handler runs at its next call that waits,
   * reads or writes; a blocked signal stays pending; one that is ignored, as `SIGCHLD` and `SIGWINCH` are by default,
   * has no effect. Any other signal ends the guest, like {@link Guest.terminate}, with the exit code 128 plus its
   * number. So does `SIGKILL` always.
   *
   * @param signal - its name, or its number on Linux, 1 to 31
   * @returns `false` if the guest has ended, or if the same signal is still pending
   * @throws {ArgumentError} when there is no such signal; also for `SIGSTOP`, since a guest cannot be stopped
   */
  kill(signal: SignalName | number = 'SIGTERM'): boolean {
    return this.#run.kill(signalNumber(signal))
  }

  /**
   * The files that the guest has in memory: those of `dirs` that were given there, and those that it made or changed
   * where it may not change the host's disk. Those of the disk are left out. They can be given to another guest.
   *
   * While the guest runs, its files are copied at its next wait. After its end, the result is what it left, always
   * the same, and stays in memory as long as this object; it has 2 GiB at most.
   *
   * @param path - the absolute path of a directory; no symbolic link is followed
   * @returns a promise that is rejected with an Error when there is no such directory, or when the guest's thread has
   *   ended before it could answer: that of a guest that was terminated under the driver `worker`
   */
  async files(path = '/'): Promise<Directory> {
    let found: Directory | undefined = await this.#run.files()
    for (const name of path.split('/').filter((part) => part !== '')) {
      const inner = found?.get(name)
      found = isDirectory(inner) ? inner : undefined
    }
    if (found !== undefined) return found
    throw new Error(
      `Cannot read the guest's files: it has no directory ${JSON.stringify(path)} in memory; list '/' first`,
    )
  }

  /**
   * Ends the guest; its connections are closed, and the guest can neither prevent nor observe that. A guest that
   * computes ends at its next call of an import, except under the `worker` driver, where it ends at once.
   */
  terminate(): void {
    this.#run.terminate()
  }
}

/** @throws {ArgumentError} when there is no such signal */
function signalNumber(signal: unknown): number {
  const number = typeof signal === 'string' && Object.hasOwn(SIGNALS, signal) ? SIGNALS[signal as SignalName] : signal
  if (number === SIGNALS.SIGSTOP)
    throw new ArgumentError(
      "Cannot send 'SIGSTOP': a guest cannot be stopped; stop its process, or send another signal",
    )
  if (typeof number === 'number' && Object.values(SIGNALS).includes(number)) return number
  throw new ArgumentError(
    `Cannot send the signal ${show(signal)}: it does not exist; give a name such as 'SIGTERM', or a number from 1 to 31`,
  )
}

function prepareBest(module: WasmModule): Promise<PreparedDriver> {
  if (letsPump(module)) return DRIVERS.pump()
  return hasJspi() ? DRIVERS.jspi() : DRIVERS.worker()
}

async function openHost({ host }: GuestOptions): Promise<Host> {
  const opened = (await host) ?? policyHost(await defaultHost(), {})
  // Checked by capability, since it may come from another copy of this package or from another realm.
  if (typeof opened?.defer === 'function') return opened
  throw new ArgumentError(
    `Cannot start the guest: host ${show(opened)} is not a Host; make one with nodeHost() or virtualHost()`,
  )
}

async function findFiles({ dirs }: GuestOptions): Promise<readonly Mount[] | undefined> {
  return dirs && (await import('../wasi/fs/host-directories.js')).mountsOf(dirs)
}

async function inheritStreams({ stdio }: GuestOptions): Promise<GivenStreams['inherited']> {
  return stdio === 'inherit' ? (await import('#platform')).standardStreams() : undefined
}

/** @throws {ArgumentError} naming the argument that is not valid */
function checkStart(program: unknown, options: GuestOptions): void {
  const { driver = 'auto', args, env, input, onOutput, onSignals, stdio, maxDescriptors, trace } = options
  // Checked by capability, since they may come from another copy of this package or from another realm.
  if (typeof program !== 'object' || program === null) {
    throw new ArgumentError(
      `Cannot start the guest: program ${show(program)} is not a module; give its bytes, its URL or a compiled module`,
    )
  }
  if (driver !== 'auto' && !Object.hasOwn(DRIVERS, driver)) {
    throw new ArgumentError(
      `Cannot start the guest: driver ${show(driver)} is not a driver; use one of auto, ${Object.keys(DRIVERS).join(', ')}`,
    )
  }
  if (args !== undefined && !(Array.isArray(args) && args.every(isText))) {
    throw new ArgumentError(
      `Cannot start the guest: args ${show(args)} is not valid; give a list of strings without NUL`,
    )
  }
  if (env !== undefined && !(typeof env === 'object' && env !== null && Object.entries(env).every(isVariable))) {
    throw new ArgumentError(
      `Cannot start the guest: env ${show(env)} is not valid; give an object of strings without NUL, and no "=" in names`,
    )
  }
  if (input !== undefined && !(input instanceof Uint8Array || typeof input?.[Symbol.asyncIterator] === 'function')) {
    throw new ArgumentError(
      `Cannot start the guest: input ${show(input)} is not valid; give a Uint8Array or an async iterable of them`,
    )
  }
  if (onOutput !== undefined && typeof onOutput !== 'function') {
    throw new ArgumentError(`Cannot start the guest: onOutput ${show(onOutput)} is not valid; give a function`)
  }
  if (onSignals !== undefined && typeof onSignals !== 'function') {
    throw new ArgumentError(`Cannot start the guest: onSignals ${show(onSignals)} is not valid; give a function`)
  }
  if (stdio !== undefined && (stdio !== 'inherit' || input !== undefined || onOutput !== undefined)) {
    throw new ArgumentError(
      `Cannot start the guest: stdio ${show(stdio)} is not valid; give 'inherit', without input and onOutput`,
    )
  }
  if (maxDescriptors !== undefined) checkInteger(maxDescriptors, 'maxDescriptors', 4, 0x7fff_ffff)
  if (trace !== undefined && typeof trace?.topic !== 'function') {
    throw new ArgumentError(
      `Cannot start the guest: trace ${show(trace)} is not a Trace; make one with new Trace('syscall')`,
    )
  }
}

/** Whether the value can be a C string. */
function isText(value: unknown): value is string {
  return typeof value === 'string' && !value.includes('\0')
}

function isVariable([name, value]: readonly [string, unknown]): boolean {
  return isText(name) && !name.includes('=') && isText(value)
}

/** Runs a foreign WebAssembly program: one that has a `main()` and was linked with libuv by `uvcc`. */
import { SIGNALS, type SignalName } from '../base/signals.js'
import { limitHost } from '../guard/limits/limited-host.js'
import { policyHost } from '../guard/policy-host.js'
import type { Host } from '../host/contract/host.js'
import { defaultHost } from '../host/platform/default-host.js'
import { describeModule, type ModuleSource } from '../runtime/module.js'
import { Trace } from '../runtime/trace.js'
import { ArgumentError, show } from '../uv/errors.js'
import { type Directory, isDirectory, type Mount } from '../wasi/fs/given.js'
import { AbsentCalls } from './absent-calls.js'
import { compileLimited } from './compile-limited.js'
import { DRIVERS, type DriverName, prepareBest } from './drivers/choice.js'
import { type GuestUsage, openLimits } from './limits.js'
import { checkStart, type GuestOptions } from './options.js'
import { codeOf, type Outcome } from './outcome.js'
import type { GuestRun, GuestSetup } from './setup.js'
import type { GivenStreams } from './streams.js'
import type { Activity } from './time/activity.js'

export type { SignalName } from '../base/signals.js'
export type { Usage } from '../guard/limits/ledger.js'
export type { Directory, Dirs, HostDirectory } from '../wasi/fs/given.js'
export type { OnOutput } from '../wasi/stdio.js'
export type { DriverName } from './drivers/choice.js'
export { GuestTrap } from './exit.js'
export type { InputSource } from './input.js'
export {
  DEFAULT_LIMITS,
  type GuestLimitOptions,
  type GuestUsage,
  type LimitName,
  type LimitOptions,
  type Limits,
} from './limits.js'
export type { GuestOptions, Instantiate } from './options.js'
export type { Outcome } from './outcome.js'
export type { Activity } from './time/activity.js'
export type { TimeLimits } from './time/time-limits.js'

const nothing = (): void => {}

/** A running guest. */
export class Guest {
  /**
   * Its exit code, 0 to 255; 143 when it was terminated, 152 when a limit has ended it, and 128 plus the signal's
   * number when a signal has.
   * Rejected with a {@link GuestTrap} when the guest traps, and with the exception of `onOutput`. The rejection may be
   * left unhandled.
   */
  readonly exit: Promise<number>
  /**
   * How it ended, in a form that also tells what {@link Guest.exit} cannot: which limit has ended it, or which signal.
   * Never rejected. Everything that the guest held has been released by then.
   */
  readonly outcome: Promise<Outcome>
  /** The driver in use. */
  readonly driver: Exclude<DriverName, 'auto'>
  /**
   * The functions that the program has called so far although no guest has them, like `fork()`, with how often. They
   * returned an error; see `docs/guests-in-c.md`. At most 256 names.
   */
  readonly absentCalls: ReadonlyMap<string, number>
  readonly #run: GuestRun
  readonly #setup: GuestSetup

  private constructor(driver: Exclude<DriverName, 'auto'>, run: GuestRun, setup: GuestSetup, absent: AbsentCalls) {
    this.driver = driver
    this.absentCalls = absent.counts
    this.#run = run
    this.#setup = setup
    this.outcome = run.outcome
    this.exit = run.outcome.then(codeOf)
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
    const { instantiate, driver = instantiate ? 'pump' : 'auto' } = options
    const { time, ...limits } = openLimits(options)
    const compiling = compileLimited(program, limits)
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
      const [module, ready, abi, opened, files, inherited] = await Promise.all(parts)
      const host = limitHost(opened, limits.ledger)
      const wasi = { args: options.args ?? ['guest'], env: options.env ?? {} }
      const { input, onOutput = nothing, onSignals, trace = Trace.fromEnvironment(), wallClock = true } = options
      const streams = { input, onOutput, inherited }
      const absent = new AbsentCalls(trace)
      const given = {
        streams,
        instantiate,
        onSignals,
        trace,
        limits,
        time,
        wallClock,
        onAbsent: absent.note,
      }
      const setup = { module, abi, host, files, wasi, ...given }
      return new Guest(ready.driver, await ready.start(setup), setup, absent)
    } catch (error) {
      preparing.then(({ cancel }) => cancel(), nothing)
      throw error
    }
  }

  /** What it uses of each of its limits now, or used when it ended. */
  get usage(): GuestUsage {
    return { ...this.#setup.limits.ledger.usage, ...this.#setup.time.usage(this.#run.timeUsed()) }
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

  /** What the guest is doing: whether its event loop turns, or waits. */
  get activity(): Activity {
    return this.#run.activity()
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

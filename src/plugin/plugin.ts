/** Plugins: programs that are not trusted, each with a grant, limits, and a life. */
import type { Duplex } from 'node:stream'
import type { ModuleSource } from '../runtime/module.js'
import type { Directory } from '../wasi/fs/given.js'
import { chooseIsolation } from './choose-isolation.js'
import { Listeners, type PluginEvents } from './events.js'
import { askHealth, type Health } from './health.js'
import type { Isolated } from './isolation.js'
import { type PluginOptions, readOptions, readPatience, type StopOptions } from './options.js'
import type { PluginOutcome } from './outcome.js'
import { settledWithin } from './settled-within.js'
import type { PluginSetup, UsageTable } from './setup.js'

/** A guest of a plugin, and whether it was asked to stop. */
interface Run {
  readonly isolated: Isolated
  readonly outcome: Promise<PluginOutcome>
  wasAsked: boolean
}

/**
 * A program that is not trusted, while it runs. It reaches what its grant says and nothing else, is kept within its
 * limits, and cannot harm its host application; see `docs/plugins.md`.
 *
 * @example
 * ```ts
 * await using plugin = await Plugin.start(new URL('filter.wasm', import.meta.url), {
 *   grant: { connect: ['10.0.0.0/8:5432'] },
 *   limits: { wallTime: 60_000 },
 * })
 * plugin.on('refusal', ({ target, reason }) => console.log(target, reason))
 * const stream = await plugin.connect()
 * stream.end('hello')
 * ```
 */
export class Plugin {
  /** Its name in logs. */
  readonly name: string
  /**
   * How it ended; never rejected. Everything that it held has been released by then. A guest that {@link Plugin.reload}
   * has replaced does not count.
   */
  readonly outcome: Promise<PluginOutcome>
  readonly #setup: PluginSetup
  readonly #isolation: PluginOptions['isolation']
  readonly #listeners: Listeners
  #run: Run
  #settle: (outcome: PluginOutcome) => void = () => {}

  private constructor(setup: PluginSetup, options: PluginOptions, { isolated, listeners }: Begun) {
    this.name = setup.name
    this.#setup = setup
    this.#isolation = options.isolation
    this.#listeners = listeners
    this.outcome = new Promise((resolve) => {
      this.#settle = resolve
    })
    this.#run = this.#follow(isolated)
  }

  /**
   * Starts a plugin.
   *
   * @param module - its program
   * @returns a promise that resolves when the program has been loaded and runs
   * @throws {ArgumentError} when an option is not valid; otherwise what `Guest.start()` throws
   */
  static async start(module: ModuleSource, options: PluginOptions = {}): Promise<Plugin> {
    const listeners = new Listeners()
    const setup = readOptions(module, options, listeners)
    const isolated = await (await chooseIsolation(options.isolation ?? 'thread')).start(setup)
    return new Plugin(setup, options, { isolated, listeners })
  }

  /** The latest known use of each limit. */
  get usage(): UsageTable {
    return this.#run.isolated.usage
  }

  /**
   * Calls a function for each event of a kind. What it throws is thrown in a microtask of its own, where it cannot
   * harm the plugin.
   *
   * @returns a function that ends this
   */
  on<Name extends keyof PluginEvents>(name: Name, listener: (event: PluginEvents[Name]) => void): () => void {
    return this.#listeners.add(name, listener)
  }

  /**
   * Asks the program to end, with the signal that servers on libuv handle, SIGTERM, and ends it if it does not.
   *
   * @throws {ArgumentError} when the timeout is not valid
   */
  async stop(options: StopOptions = {}): Promise<PluginOutcome> {
    await this.#end(this.#run, readPatience(options))
    return this.outcome
  }

  /** Ends it at once. */
  kill(): void {
    this.#run.isolated.terminate()
  }

  /**
   * Replaces the program by a newer one, without a gap: the new guest is started first, and receives what
   * {@link Plugin.connect} opens from then on. The old one is asked to end with SIGTERM, and may finish what it has
   * begun, until the timeout. Both run at the same time, so a program that listens on a port of its own cannot be
   * reloaded like this: stop it, and start the other one.
   *
   * @param module - the new program; the same by default
   * @returns a promise that resolves when the new guest runs; the old one may take longer
   * @throws what {@link Plugin.start} throws; the old guest then goes on. ECANCELED when the plugin has ended meanwhile
   */
  async reload(module: ModuleSource = this.#setup.module, options: StopOptions = {}): Promise<void> {
    const patience = readPatience(options)
    const isolation = await chooseIsolation(this.#isolation ?? 'thread')
    const before = this.#run
    const isolated = await isolation.start({ ...this.#setup, module })
    if (this.#run !== before) {
      isolated.terminate()
      throw new Error('Cannot reload the plugin: it was reloaded again meanwhile; wait for one before the next')
    }
    this.#run = this.#follow(isolated)
    void this.#end(before, patience)
  }

  /**
   * Connects to a service that the program listens on: a Unix socket with the path `service:NAME`.
   *
   * @param service - its name; `plugin` by default
   * @returns a promise of the host's end of the stream, rejected with a `HostError`, ECONNREFUSED, when nothing listens
   *   there within 5 s
   */
  connect(service?: string): Promise<Duplex> {
    return this.#run.isolated.connect(service)
  }

  /** Its files in memory. @param path - the absolute path of a directory; `/` by default */
  files(path?: string): Promise<Directory> {
    return this.#run.isolated.files(path)
  }

  /**
   * Finds out whether it still serves.
   *
   * @param timeout - milliseconds that it may take; 1000 by default
   */
  health(timeout = 1000): Promise<Health> {
    return askHealth(this.#run.isolated, timeout)
  }

  /** Stops it; see {@link Plugin.stop}. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }

  #follow(isolated: Isolated): Run {
    const run: Run = {
      isolated,
      wasAsked: false,
      outcome: isolated.outcome.then((outcome) => {
        if (!run.wasAsked) return outcome
        if (outcome.kind === 'exited') return { kind: 'stopped', code: outcome.code }
        return outcome.kind === 'signalled' && outcome.signal === 'SIGTERM' ? { kind: 'stopped', code: 143 } : outcome
      }),
    }
    void run.outcome.then((outcome) => {
      const isReplaced = this.#run !== run
      if (!isReplaced) this.#settle(outcome)
      this.#listeners.tell('exit', { outcome, isReplaced })
    })
    return run
  }

  async #end(run: Run, patience: number): Promise<void> {
    run.wasAsked = true
    run.isolated.kill('SIGTERM')
    if (!(await settledWithin(run.outcome, patience))) run.isolated.terminate()
  }
}

/** A plugin's first guest. */
interface Begun {
  readonly isolated: Isolated
  readonly listeners: Listeners
}

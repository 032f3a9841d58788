/** A plugin that a host of plugins keeps running. */
import type { Duplex } from 'node:stream'
import type { Usage } from '../../guard/limits/ledger.js'
import { HostError } from '../../host/contract/error.js'
import type { ModuleSource } from '../../runtime/module.js'
import { Listeners, type PluginEvents, type PluginListeners } from '../events.js'
import type { PluginOptions, StopOptions } from '../options.js'
import type { PluginOutcome } from '../outcome.js'
import type { Plugin } from '../plugin.js'
import type { Restarts } from './restarts.js'

/** What a managed plugin does. `restarting`: it has ended, and will be started again. */
export type ManagedState = 'starting' | 'running' | 'restarting' | 'stopped'

/** What a managed plugin needs of its host. */
export interface Keeper {
  /** Starts a guest. */
  start(module: ModuleSource, options: PluginOptions): Promise<Plugin>
  /** Monotonic, in milliseconds. */
  now(): number
}

/** A plugin that is started again when it ends, as its host was told. */
export class ManagedPlugin {
  /** Its name, which is unique in its host. */
  readonly name: string
  /** How often it was started, without reloads. */
  starts = 0
  /** How often it was reloaded. */
  reloads = 0
  /** How many refusals there were. */
  refusals = 0
  /** The outcomes so far, counted by their kinds. */
  readonly outcomes = new Map<PluginOutcome['kind'], number>()
  /** How it has ended last; `undefined` before that. */
  lastOutcome: PluginOutcome | undefined
  #state: ManagedState = 'starting'
  #module: ModuleSource
  readonly #options: PluginOptions
  readonly #restarts: Restarts
  readonly #keeper: Keeper
  readonly #listeners = new Listeners()
  #plugin: Plugin | undefined
  #timer: ReturnType<typeof setTimeout> | undefined
  #running: Promise<Plugin>
  #settle: { resolve(plugin: Plugin): void; reject(error: Error): void } = { resolve() {}, reject() {} }

  /** Made by `PluginHost.add()`. */
  constructor(name: string, module: ModuleSource, options: PluginOptions, restarts: Restarts, keeper: Keeper) {
    this.name = name
    this.#module = module
    this.#listeners.addAll(options.on ?? {})
    this.#options = { ...options, name, on: this.#hearing() }
    this.#restarts = restarts
    this.#keeper = keeper
    this.#running = this.#expect()
  }

  /** What it does. */
  get state(): ManagedState {
    return this.#state
  }

  /** The latest known use of each limit; empty while it does not run. */
  get usage(): Readonly<Record<string, Usage>> {
    return this.#state === 'running' ? (this.#plugin?.usage ?? {}) : {}
  }

  /** Calls a function for each event of a kind, also after restarts. @returns a function that ends this */
  on<Name extends keyof PluginEvents>(name: Name, listener: (event: PluginEvents[Name]) => void): () => void {
    return this.#listeners.add(name, listener)
  }

  /** Starts it. @throws what `Plugin.start()` throws, after which it is stopped */
  async start(): Promise<void> {
    this.#state = 'starting'
    this.starts++
    let plugin: Plugin
    try {
      plugin = await this.#keeper.start(this.#module, this.#options)
    } catch (error) {
      this.#giveUp('it could not be started')
      throw error
    }
    if (this.#isStopped) {
      plugin.kill()
      return
    }
    this.#follow(plugin)
  }

  /**
   * Connects to a service that it listens on. While it is started or restarted, the connection waits.
   *
   * @param service - its name; `plugin` by default
   * @returns a promise, rejected with a `HostError`, ECONNREFUSED, when it is stopped or does not listen
   */
  async connect(service?: string): Promise<Duplex> {
    return (await this.#running).connect(service)
  }

  /**
   * Replaces its program; see `Plugin.reload()`. One that is being restarted takes the new program then.
   *
   * @param module - the new program; the same by default
   */
  async reload(module: ModuleSource = this.#module, options?: StopOptions): Promise<void> {
    if (this.#state === 'running') await this.#plugin?.reload(module, options)
    this.#module = module
    this.reloads++
    if (this.#state === 'restarting') await this.#again()
  }

  /** Ends it at once; it is started again like after any other end. */
  kill(): void {
    this.#plugin?.kill()
  }

  /** Stops it for good. */
  async stop(options?: StopOptions): Promise<void> {
    this.#giveUp('it was stopped')
    await this.#plugin?.stop(options)
  }

  get #isStopped(): boolean {
    return this.#state === 'stopped'
  }

  /** Hears of every guest from its first moment: one may have ended before its start is reported. */
  #hearing(): PluginListeners {
    return {
      output: (event) => this.#listeners.tell('output', event),
      warning: (event) => this.#listeners.tell('warning', event),
      limit: (event) => this.#listeners.tell('limit', event),
      refusal: (refusal) => {
        this.refusals++
        this.#listeners.tell('refusal', refusal)
      },
      exit: (event) => {
        this.outcomes.set(event.outcome.kind, (this.outcomes.get(event.outcome.kind) ?? 0) + 1)
        this.#listeners.tell('exit', event)
      },
    }
  }

  #follow(plugin: Plugin): void {
    const begun = this.#keeper.now()
    this.#plugin = plugin
    this.#state = 'running'
    void plugin.outcome.then((outcome) => this.#ended(outcome, this.#keeper.now() - begun))
    this.#settle.resolve(plugin)
  }

  #ended(outcome: PluginOutcome, lived: number): void {
    this.lastOutcome = outcome
    if (this.#isStopped) return
    const wait = this.#restarts.after(outcome, lived)
    if (wait === undefined) {
      this.#giveUp('it has ended')
      return
    }
    this.#state = 'restarting'
    this.#running = this.#expect()
    this.#timer = setTimeout(() => void this.#again(), wait)
  }

  /** Starts it again; if that fails, later. */
  async #again(): Promise<void> {
    clearTimeout(this.#timer)
    if (this.#state !== 'restarting') return
    this.#state = 'starting'
    this.starts++
    try {
      const plugin = await this.#keeper.start(this.#module, this.#options)
      if (this.#isStopped) plugin.kill()
      else this.#follow(plugin)
    } catch (error) {
      if (this.#isStopped) return
      const wait = this.#restarts.after({ kind: 'failed', error }, 0)
      this.#state = 'restarting'
      this.#timer = setTimeout(() => void this.#again(), wait ?? 0)
    }
  }

  #expect(): Promise<Plugin> {
    const expected = new Promise<Plugin>((resolve, reject) => {
      this.#settle = { resolve, reject }
    })
    expected.catch(() => {})
    return expected
  }

  #giveUp(reason: string): void {
    this.#state = 'stopped'
    clearTimeout(this.#timer)
    const error = new HostError('ECONNREFUSED', `Cannot connect to the plugin ${this.name}: ${reason}`)
    this.#settle.reject(error)
    this.#running = Promise.reject(error)
    this.#running.catch(() => {})
  }
}

/** A set of plugins: restarts, one policy, one audit log, one table of use. */
import type { Duplex } from 'node:stream'
import type { Usage } from '../../guard/limits/ledger.js'
import { Thread } from '../../guest/drivers/thread.js'
import type { ModuleSource } from '../../runtime/module.js'
import { ArgumentError, show } from '../../uv/errors.js'
import type { PluginOptions, StopOptions } from '../options.js'
import { Plugin } from '../plugin.js'
import { ManagedPlugin } from './managed-plugin.js'
import { openMetrics } from './metrics.js'
import { type PluginPolicies, readPolicies } from './policies.js'
import { type RestartOptions, Restarts } from './restarts.js'

/** What all plugins of a host have in common. */
export interface PluginHostOptions {
  /** What each plugin may do, by its name; those that are missing may do nothing. See `policies.schema.json`. */
  readonly policies?: PluginPolicies
  /** Receives the decisions of all plugins as lines of JSON; see `auditLog()`. */
  readonly audit?: (line: string) => void
  /** When plugins are started again. */
  readonly restart?: RestartOptions
  /** How many threads are kept ready, so that plugins in threads start sooner; none by default. */
  readonly ready?: number
}

/**
 * Runs a set of plugins.
 *
 * @example
 * ```ts
 * await using plugins = new PluginHost({ policies: { filter: { grant: { connect: ['10.0.0.0/8:5432'] } } } })
 * await plugins.add('filter', new URL('filter.wasm', import.meta.url))
 * const stream = await plugins.connect('filter')
 * stream.end('hello')
 * console.log(plugins.metrics())
 * ```
 */
export class PluginHost {
  readonly #options: PluginHostOptions
  readonly #policies: PluginPolicies
  readonly #plugins = new Map<string, ManagedPlugin>()
  readonly #spares: Thread[] = []
  #isClosed = false

  /** @throws {ArgumentError} when an option is not valid; {TypeError} when a rule is not valid */
  constructor(options: PluginHostOptions = {}) {
    const { ready = 0, policies = {}, restart = {} } = options
    if (!Number.isInteger(ready) || ready < 0 || ready > MOST_READY)
      throw new ArgumentError(
        `Cannot keep ${show(ready)} threads ready: it is not a number of them; give 0 to ${MOST_READY}`,
      )
    this.#options = options
    this.#policies = readPolicies(policies)
    void new Restarts(restart)
    this.#refill()
  }

  /**
   * Adds a plugin, and starts it. What the options leave out comes from the host's policies.
   *
   * @param name - its name, unique in this host
   * @throws {ArgumentError} when the name is in use, or an option is not valid; otherwise what `Plugin.start()` throws,
   *   and the plugin is not added
   */
  async add(name: string, module: ModuleSource, options: PluginOptions = {}): Promise<ManagedPlugin> {
    if (this.#isClosed) throw new ArgumentError('Cannot add a plugin: the host of plugins is closed; make another')
    if (typeof name !== 'string' || name === '' || this.#plugins.has(name))
      throw new ArgumentError(`Cannot add the plugin ${show(name)}: its name is empty or in use; give another`)
    const { audit, restart = {} } = this.#options
    const common = { ...this.#policies[name], ...(audit && { audit }) }
    const plugin = new ManagedPlugin(name, module, { ...common, ...options }, new Restarts(restart), {
      start: (module, given) => this.#start(module, given),
      now: () => performance.now(),
    })
    this.#plugins.set(name, plugin)
    try {
      await plugin.start()
    } catch (error) {
      this.#plugins.delete(name)
      throw error
    }
    return plugin
  }

  /** The plugin with that name. */
  get(name: string): ManagedPlugin | undefined {
    return this.#plugins.get(name)
  }

  /** Stops a plugin, and forgets it. @returns whether there was one */
  async remove(name: string, options?: StopOptions): Promise<boolean> {
    const plugin = this.#plugins.get(name)
    this.#plugins.delete(name)
    await plugin?.stop(options)
    return plugin !== undefined
  }

  /** The plugins, in the order in which they were added. */
  [Symbol.iterator](): IterableIterator<ManagedPlugin> {
    return this.#plugins.values()
  }

  /** Connects to a plugin; see `ManagedPlugin.connect()`. @throws {ArgumentError} when there is no such plugin */
  async connect(name: string, service?: string): Promise<Duplex> {
    return this.#require(name).connect(service)
  }

  /** Replaces a program; see `ManagedPlugin.reload()`. @throws {ArgumentError} when there is no such plugin */
  async reload(name: string, module?: ModuleSource, options?: StopOptions): Promise<void> {
    await this.#require(name).reload(module, options)
  }

  /** The use of each limit, by plugin. */
  get usage(): Readonly<Record<string, Readonly<Record<string, Usage>>>> {
    return Object.fromEntries([...this].map(({ name, usage }) => [name, usage]))
  }

  /** The use of limits, restarts, refusals and outcomes as text in the format OpenMetrics 1.0. */
  metrics(): string {
    return openMetrics([...this])
  }

  /** Stops all plugins. */
  async close(options?: StopOptions): Promise<void> {
    this.#isClosed = true
    for (const spare of this.#spares.splice(0)) spare.terminate()
    await Promise.all([...this.#plugins.keys()].map((name) => this.remove(name, options)))
  }

  /** Stops all plugins. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #start(module: ModuleSource, options: PluginOptions): Promise<Plugin> {
    const spare = (options.isolation ?? 'thread') === 'thread' ? this.#spares.shift() : undefined
    if (spare !== undefined) Thread.offer(spare)
    try {
      return await Plugin.start(module, options)
    } finally {
      this.#refill()
    }
  }

  #refill(): void {
    const { ready = 0 } = this.#options
    while (!this.#isClosed && this.#spares.length < ready) this.#spares.push(new Thread())
  }

  #require(name: string): ManagedPlugin {
    const plugin = this.#plugins.get(name)
    if (plugin !== undefined) return plugin
    throw new ArgumentError(`Cannot use the plugin ${show(name)}: there is none; add it first`)
  }
}

const MOST_READY = 64

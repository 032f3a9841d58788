/** Plugins: programs that are not trusted, each with a grant, limits, and a life. */
import { Policy } from '../guard/policy.js'
import type { PolicyRules } from '../guard/rules/policy-rules.js'
import type { Outcome } from '../guest/outcome.js'
import type { ModuleSource } from '../runtime/module.js'
import { chooseIsolation, type IsolationName } from './choose-isolation.js'
import type { Isolated } from './isolation.js'
import type { UsageTable } from './setup.js'

export type { Outcome } from '../guest/outcome.js'
export type { IsolationName } from './choose-isolation.js'
export type { Isolated, Isolation } from './isolation.js'
export type { PluginHooks, PluginSetup, Service, UsageTable } from './setup.js'

/** What a plugin is given. */
export interface PluginOptions {
  /** What it may do on the network; nothing by default. */
  readonly grant?: Policy | PolicyRules
  /** What keeps it apart from this process and from other plugins; `thread` by default. */
  readonly isolation?: IsolationName
}

/** A running plugin. */
export class Plugin {
  /** How it ended; never rejected. */
  readonly outcome: Promise<Outcome>
  readonly #isolated: Isolated

  private constructor(isolated: Isolated) {
    this.#isolated = isolated
    this.outcome = isolated.outcome
  }

  /**
   * Starts a plugin.
   *
   * @param module - its program
   * @throws what `Guest.start()` throws
   */
  static async start(module: ModuleSource, options: PluginOptions = {}): Promise<Plugin> {
    const { grant } = options
    const isolation = await chooseIsolation(options.isolation ?? 'thread')
    const isolated = await isolation.start({
      name: 'plugin',
      module,
      args: ['plugin'],
      env: {},
      files: undefined,
      input: undefined,
      stdio: undefined,
      host: undefined,
      policy: grant instanceof Policy ? grant : new Policy(grant),
      limits: {},
      services: {},
      hooks: { onOutput() {} },
    })
    return new Plugin(isolated)
  }

  /** The latest known use of each limit. */
  get usage(): UsageTable {
    return this.#isolated.usage
  }

  /** Ends it at once. */
  kill(): void {
    this.#isolated.terminate()
  }
}

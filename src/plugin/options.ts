/** What a plugin is given. */
import { auditLog } from '../guard/audit-log.js'
import type { PolicyHooks } from '../guard/judge.js'
import type { Rate } from '../guard/limits/token-bucket.js'
import { Policy } from '../guard/policy.js'
import type { PolicyRules } from '../guard/rules/policy-rules.js'
import type { InputSource } from '../guest/input.js'
import type { GuestLimitOptions } from '../guest/limits.js'
import type { Host } from '../host/contract/host.js'
import type { ModuleSource } from '../runtime/module.js'
import { ArgumentError, show } from '../uv/errors.js'
import type { Dirs } from '../wasi/fs/given.js'
import type { OnOutput } from '../wasi/stdio.js'
import type { IsolationName } from './choose-isolation.js'
import type { Listeners, PluginListeners } from './events.js'
import type { PluginSetup, Service } from './setup.js'

/** The limits that are given for a plugin; the others have their defaults. */
export interface PluginLimitOptions extends GuestLimitOptions {
  /** How many of its refusals are told; see `refusalsPerSecond` of `PolicyHooks`. */
  readonly refusalsPerSecond?: Rate
}

/** What a plugin is given; nothing by default. */
export interface PluginOptions {
  /** Its name in logs; `plugin` by default. */
  readonly name?: string
  /** What it may do on the network: a policy, or its rules, as in `docs/policy.md`. */
  readonly grant?: Policy | PolicyRules
  /** Its limits; see {@link PLUGIN_LIMITS} for those that differ from a guest's. */
  readonly limits?: PluginLimitOptions
  /** What keeps it apart from this process and from other plugins; `thread` by default. */
  readonly isolation?: IsolationName
  /** Its arguments, without its name. */
  readonly args?: readonly string[]
  /** Its environment; empty by default. */
  readonly env?: Readonly<Record<string, string>>
  /** Whether it may know the time of day; `true` by default. See `wallClock` of `GuestOptions`. */
  readonly wallClock?: boolean
  /** Its files; none by default. See `dirs` of `GuestOptions`. */
  readonly files?: Dirs
  /** Its standard input; empty by default. */
  readonly input?: InputSource
  /** Listeners that hear of everything, also of what happens before `Plugin.start()` has returned. */
  readonly on?: PluginListeners
  /** Receives its output, beside the event, and may hold it back. */
  readonly onOutput?: OnOutput
  /** `inherit` connects its streams to those of this process, in place of `input` and the output. */
  readonly stdio?: 'inherit'
  /** The services of this application that it may connect to if its grant says so, as in `service:NAME`. */
  readonly services?: Readonly<Record<string, Service>>
  /** The network, without the policy; by default that of this process. Not for the isolation `process`. */
  readonly host?: Host
  /** Receives its decisions as lines of JSON; see `auditLog()`. */
  readonly audit?: (line: string) => void
  /** Decides what the policy does not; see `PolicyHooks`. */
  readonly onAsk?: PolicyHooks['onAsk']
}

/** How a plugin is stopped. */
export interface StopOptions {
  /** The milliseconds that it has to end by itself; 5000 by default. */
  readonly timeout?: number
}

/**
 * The limits of a plugin for which none were given, where they differ from those of other guests. A plugin that
 * computes for a second without looking at its connections is stuck, as far as its clients can tell. And its output is
 * a log: several that print without end would keep their host application from its work.
 */
export const PLUGIN_LIMITS: GuestLimitOptions = {
  iterationTime: 1000,
  outputPerSecond: { rate: 2 ** 20, burst: 2 ** 24 },
}

const PATIENCE = 5000

const UNLIMITED = Number.POSITIVE_INFINITY

const NAMES: readonly string[] = [
  'name',
  'grant',
  'limits',
  'isolation',
  'args',
  'env',
  'wallClock',
  'files',
  'input',
  'on',
  'onOutput',
  'stdio',
  'services',
  'host',
  'audit',
  'onAsk',
]

/** Reads how long a plugin may take to end. @throws {ArgumentError} when that is not valid */
export function readPatience({ timeout = PATIENCE }: StopOptions): number {
  if (typeof timeout === 'number' && timeout >= 0) return timeout
  throw new ArgumentError(
    `Cannot stop the plugin: timeout ${show(timeout)} is not a time; give milliseconds, 0 at least`,
  )
}

/**
 * Completes the options of a plugin.
 *
 * @param listeners - what is told of it
 * @throws {ArgumentError} when an option is not known or not valid; {TypeError} when a rule is not valid
 */
export function readOptions(module: ModuleSource, options: PluginOptions, listeners: Listeners): PluginSetup {
  const { refusalsPerSecond, ...limits } = options.limits ?? {}
  const { name = 'plugin', grant, args = [], env = {}, services = {}, audit, onOutput } = options
  const unknown = Object.keys(options).find((key) => !NAMES.includes(key))
  if (unknown !== undefined) {
    throw new ArgumentError(
      `Cannot start the plugin: option ${show(unknown)} is not known; use one of ${NAMES.join(', ')}`,
    )
  }
  if (typeof name !== 'string' || name === '' || name.includes('\0'))
    throw new ArgumentError(`Cannot start the plugin: name ${show(name)} is not valid; give a text without NUL`)
  if (audit !== undefined && typeof audit !== 'function')
    throw new ArgumentError(`Cannot start the plugin: audit ${show(audit)} is not valid; give a function`)
  listeners.addAll(options.on ?? {})
  // With nothing that keeps it apart it may be stopped by its host as well as by itself, so no time is measured.
  const isApart = options.isolation !== 'none'
  return {
    name,
    module,
    args: [name, ...args],
    env,
    wallClock: options.wallClock ?? true,
    files: options.files,
    input: options.input,
    stdio: options.stdio,
    host: options.host,
    policy: new Policy(grant),
    limits: { ...PLUGIN_LIMITS, ...(!isApart && { iterationTime: UNLIMITED }), ...limits },
    services,
    hooks: {
      ...(refusalsPerSecond !== undefined && { refusalsPerSecond }),
      ...(options.onAsk && { onAsk: options.onAsk }),
      ...(audit && { onDecision: auditLog({ guest: name, write: audit, now: () => Date.now() }).add }),
      onOutput(stream, bytes) {
        listeners.tell('output', { stream, bytes })
        return onOutput?.(stream, bytes)
      },
      onRefusal: (refusal) => listeners.tell('refusal', refusal),
      onWarning: (limit, usage) => listeners.tell('warning', { limit, usage }),
      onLimit: (limit, usage) => listeners.tell('limit', { limit, usage }),
    },
  }
}

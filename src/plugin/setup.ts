/** What a plugin is started with, once its options are checked. */
import type { Duplex } from 'node:stream'
import type { PolicyHooks } from '../guard/judge.js'
import type { LimitHooks, Usage } from '../guard/limits/ledger.js'
import type { Policy } from '../guard/policy.js'
import type { InputSource } from '../guest/input.js'
import type { GuestLimitOptions, LimitName } from '../guest/limits.js'
import type { Host } from '../host/contract/host.js'
import type { ModuleSource } from '../runtime/module.js'
import type { Dirs } from '../wasi/fs/given.js'
import type { OnOutput } from '../wasi/stdio.js'

/** The use of each limit, by its name. */
export type UsageTable = Readonly<Record<string, Usage>>

/**
 * Receives the host's end of a stream that a plugin has opened to a service. A plugin cannot end its host application
 * by breaking the stream: what the service throws because of that is dropped. Anything else that it throws, or rejects
 * its promise with, is unhandled as anywhere.
 */
export type Service = (stream: Duplex) => void | Promise<void>

/** What a plugin tells. */
export interface PluginHooks extends PolicyHooks, LimitHooks<LimitName> {
  /** Receives its output. See `OnOutput` for what it may return. */
  readonly onOutput: OnOutput
}

/** What a plugin is started with. */
export interface PluginSetup {
  /** Its name in logs. */
  readonly name: string
  /** Compiled, its bytes, or its URL. A compiled module has no bytes and cannot be sent to another process. */
  readonly module: ModuleSource
  /** Its `argv`, the name first. */
  readonly args: readonly string[]
  /** Its environment. */
  readonly env: Readonly<Record<string, string>>
  /** Whether it may know the time of day; `true` if `undefined`. */
  readonly wallClock?: boolean | undefined
  /** Its files; `undefined` for no file system. */
  readonly files: Dirs | undefined
  /** Its standard input; empty if `undefined`. */
  readonly input: InputSource | undefined
  /** `inherit` in place of `input` and `onOutput`. */
  readonly stdio: 'inherit' | undefined
  /** The network, without the policy; `undefined` for the default host of whichever process makes the sockets. */
  readonly host: Host | undefined
  /** What it may do there. */
  readonly policy: Policy
  /** Its limits, by name. Those that are missing have their defaults. */
  readonly limits: GuestLimitOptions
  /** The services of the host application that it may connect to if its policy grants them, by name. */
  readonly services: Readonly<Record<string, Service>>
  /** What is told of it. */
  readonly hooks: PluginHooks
}

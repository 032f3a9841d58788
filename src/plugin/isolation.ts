/** The contract between a plugin and what keeps it apart from its host application. */
import type { Duplex } from 'node:stream'
import type { SignalName } from '../base/signals.js'
import type { Outcome } from '../guest/outcome.js'
import type { Activity } from '../guest/time/activity.js'
import type { Directory } from '../wasi/fs/given.js'
import type { PluginSetup, UsageTable } from './setup.js'

/** A guest in whatever keeps it apart: a thread, a process, or nothing. */
export interface Isolated {
  /** How it ended; never rejected. Everything that it held has been released by then. */
  readonly outcome: Promise<Outcome>
  /** The latest known use of each limit. */
  readonly usage: UsageTable
  /** What it is doing; absent where that is not known. */
  readonly activity?: () => Activity
  /** Sends a signal. @returns `false` if it has ended, or if the same signal is still pending */
  kill(signal: SignalName | number): boolean
  /** Ends it at once. */
  terminate(): void
  /**
   * Its files in memory.
   *
   * @param path - the absolute path of a directory; `/` by default
   * @returns a promise that is rejected with an Error when there is no such directory
   */
  files(path?: string): Promise<Directory>
  /**
   * Connects to a service that the guest listens on.
   *
   * @param service - its name; `plugin` by default
   * @returns a promise of the host's end of the stream, rejected with a `HostError` when nothing listens there
   */
  connect(service?: string): Promise<Duplex>
}

/** Starts guests in one kind of isolation. */
export interface Isolation {
  /** What keeps them apart: `none` is nothing, and for trusted programs. */
  readonly name: 'thread' | 'process' | 'none'
  /**
   * Starts a guest.
   *
   * @returns a promise that resolves when the guest has been loaded and runs; rejected like that of `Guest.start()`
   */
  start(setup: PluginSetup): Promise<Isolated>
}

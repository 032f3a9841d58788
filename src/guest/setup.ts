/** What a driver receives to start a guest, and what it returns. */
import type { WasmModule } from '../base/platform-types.js'
import type { SignalName } from '../base/signals.js'
import type { Trace } from '../runtime/trace.js'
import type { Directory } from '../wasi/fs/given.js'
import type { Preview1Options } from '../wasi/preview1.js'
import type { GuestLimits } from './limits.js'
import type { Instantiate } from './options.js'
import type { Outcome } from './outcome.js'
import type { GivenStreams } from './streams.js'
import type { Activity } from './time/activity.js'
import type { TimeMeter, TimeUsed } from './time/meter.js'

/** The parts that a guest is made of. */
export interface ProgramOptions extends Preview1Options {
  readonly module: WasmModule
  readonly trace: Trace
  /** See {@link GuestOptions.instantiate}. */
  readonly instantiate?: Instantiate | undefined
  /** Whether it may know the time of day. */
  readonly wallClock: boolean
  /** Its limits, and what counts them. */
  readonly limits: GuestLimits
  /** Receives the name of each call that no guest has. */
  readonly onAbsent: (name: string) => void
}

/** The parts and the streams of a guest that a driver starts. */
export interface GuestSetup extends ProgramOptions {
  readonly streams: GivenStreams
  /** Compares the time that it uses with its limits. */
  readonly time: TimeMeter
  /** See {@link GuestOptions.onSignals}. */
  readonly onSignals: ((names: readonly SignalName[]) => void) | undefined
}

/** A guest that was started by a driver. */
export interface GuestRun {
  /** How it ended, when everything that it held has been released; never rejected. */
  readonly outcome: Promise<Outcome>
  /** Ends the guest. */
  terminate(): void
  /** What it is doing. */
  activity(): Activity
  /** The time that it has used. */
  timeUsed(): TimeUsed
  /** Its files in memory, as they are when it next waits, or as it left them. */
  files(): Promise<Directory>
  /** Sends a signal; see {@link Signals.send}. */
  kill(signal: number): boolean
}

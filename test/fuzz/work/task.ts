/** The messages between the fuzzer's processes. */

import type { StageName } from '../trial/stage.js'
import type { Tallies } from '../verdict/judge.js'

/** The drivers of guests. */
export const DRIVERS = ['worker', 'pump', 'jspi'] as const
export type DriverName = (typeof DRIVERS)[number]

/** The isolations of plugins. */
export const ISOLATIONS = ['thread', 'process'] as const
export type IsolationName = (typeof ISOLATIONS)[number]

/** What runs a guest: a driver by `Guest.start()`, or an isolation by `Plugin.start()`. */
export type RunnerName = DriverName | IsolationName

/** The modes of the fuzzer. */
export const MODES = ['imports', 'modules', 'calls', 'pairs', 'deep', 'end'] as const
export type Mode = (typeof MODES)[number]

/** Whether it is an isolation. */
export function isIsolation(runner: RunnerName): runner is IsolationName {
  return runner === 'thread' || runner === 'process'
}

/** How guests of a runner wait. */
export function driverOf(runner: RunnerName): DriverName {
  return isIsolation(runner) ? 'worker' : runner
}

/** Guests of one kind, run one after another. */
export interface Slice {
  readonly mode: Mode
  readonly runner: RunnerName
  /** The number of the first guest. */
  readonly first: number
  /** The number of calls of all guests; in the modes `imports` and `modules`, of imports and modules. */
  readonly calls: number
  /** The maximum of calls of one guest; by default that of the mode. */
  readonly callsPerGuest?: number
  /** The number of frames before deep calls; measured by default. */
  readonly depth?: number
}

/** The work of a child process. */
export interface Task {
  readonly dist: string
  readonly seed: number
  /** Those that this engine has, from which the mode `pairs` chooses. */
  readonly runners: readonly RunnerName[]
  readonly slices: readonly Slice[]
}

/** A guest with a fault. */
export interface Finding {
  readonly mode: Mode
  readonly runner: RunnerName
  readonly guest: number
  readonly stage: StageName | undefined
  /** How many calls its script had. */
  readonly calls: number
  readonly depth: number | undefined
  readonly problems: readonly string[]
  /** The last calls of the script, as readable text. */
  readonly last: readonly string[]
}

/** A message of a child to its parent. */
export type Message =
  | {
      readonly kind: 'begins'
      readonly mode: Mode
      readonly runner: RunnerName
      readonly guest: number
      readonly calls: number
    }
  | { readonly kind: 'made'; readonly mode: Mode; readonly runner: RunnerName; readonly calls: number }
  | { readonly kind: 'found'; readonly finding: Finding }
  | { readonly kind: 'tallies'; readonly tallies: Tallies }

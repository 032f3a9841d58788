/** The messages between the fuzzer's processes. */

import type { StageName } from '../trial/stage.js'
import type { Tallies } from '../verdict/judge.js'

/** The drivers of guests. */
export type DriverName = 'worker' | 'pump' | 'jspi'

/** The modes of the fuzzer. */
export const MODES = ['imports', 'calls', 'deep', 'end'] as const
export type Mode = (typeof MODES)[number]

/** Guests of one kind, run one after another. */
export interface Slice {
  readonly mode: Mode
  readonly driver: DriverName
  /** The number of the first guest. */
  readonly first: number
  /** The number of calls of all guests; in the mode `imports`, of imports. */
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
  readonly slices: readonly Slice[]
}

/** A guest with a fault. */
export interface Finding {
  readonly mode: Mode
  readonly driver: DriverName
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
      readonly driver: DriverName
      readonly guest: number
      readonly calls: number
    }
  | { readonly kind: 'made'; readonly mode: Mode; readonly driver: DriverName; readonly calls: number }
  | { readonly kind: 'found'; readonly finding: Finding }
  | { readonly kind: 'tallies'; readonly tallies: Tallies }

/** What the fuzzer's processes tell each other. */

import type { Tallies } from './judge.js'
import type { StageName } from './stage.js'

/** How guests are driven. */
export type DriverName = 'worker' | 'pump' | 'jspi'

/** What is tried. */
export const MODES = ['imports', 'calls', 'deep', 'end'] as const
export type Mode = (typeof MODES)[number]

/** Guests of one kind, one after the other. */
export interface Slice {
  readonly mode: Mode
  readonly driver: DriverName
  /** The number of the first guest. */
  readonly first: number
  /** How many calls all make together; imports count in the mode `imports`. */
  readonly calls: number
  /** The most calls of one guest; what the mode says by default. */
  readonly callsPerGuest?: number
  /** How many frames down deep calls are made; found out by default. */
  readonly depth?: number
}

/** What a child process does. */
export interface Task {
  readonly dist: string
  readonly seed: number
  readonly slices: readonly Slice[]
}

/** A guest at which something was wrong. */
export interface Finding {
  readonly mode: Mode
  readonly driver: DriverName
  readonly guest: number
  readonly stage: StageName | undefined
  /** How many calls its script had. */
  readonly calls: number
  readonly depth: number | undefined
  readonly problems: readonly string[]
  /** The last calls of the script, as a person reads them. */
  readonly last: readonly string[]
}

/** What a child tells its parent. */
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

/** How guests end. */
import { SIGNALS, type SignalName } from '../base/signals.js'
import type { Usage } from '../guard/limits/ledger.js'
import type { GuestTrap } from './exit.js'

/** How a guest ended. The first reason is final. */
export type Outcome =
  /** It ended itself. */
  | { readonly kind: 'exited' /** Its exit code, 0 to 255. */; readonly code: number }
  /** It called `abort()`, left its memory, overflowed its stack, or made another mistake that WebAssembly ends. */
  | { readonly kind: 'trapped'; readonly error: GuestTrap }
  /** It was sent a signal that it does not handle. */
  | { readonly kind: 'signalled'; readonly signal: SignalName }
  /** It went beyond a limit that ends guests; most limits only make calls fail. */
  | { readonly kind: 'limit' /** The limit's name. */; readonly limit: string; readonly usage: Usage }
  /** It was ended from outside, without being asked. */
  | { readonly kind: 'killed' }
  /** What it ran in ended: its thread or process ran out of memory, or a defect of this library ended it. */
  | { readonly kind: 'crashed' /** The cause. */; readonly error: Error }
  /** A function of the host application that its output was given to has thrown. */
  | { readonly kind: 'failed' /** What it has thrown. */; readonly error: unknown }

/** The exit code of a terminated guest: the one that a shell reports for SIGTERM. */
const TERMINATED = 143

/** The exit code of a guest that a limit has ended: the one that a shell reports for SIGXCPU, as after `ulimit -t`. */
const BEYOND_LIMIT = 152

/**
 * The exit code for an outcome, 0 to 255, as a shell reports it.
 *
 * @throws the error of a guest that trapped, crashed or failed
 */
export function codeOf(outcome: Outcome): number {
  switch (outcome.kind) {
    case 'exited':
      return outcome.code
    case 'signalled':
      return 128 + SIGNALS[outcome.signal]
    case 'killed':
      return TERMINATED
    case 'limit':
      return BEYOND_LIMIT
    default:
      throw outcome.error
  }
}

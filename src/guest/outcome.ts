/** How guests end, for embedders. */
import type { SignalName } from '../base/signals.js'
import type { Usage } from '../guard/limits/meters.js'
import type { GuestTrap } from './exit.js'

/** How a guest ended: the first reason counts. */
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
  /** A function of the host application that its output is given to has thrown. */
  | { readonly kind: 'failed' /** What it has thrown. */; readonly error: unknown }

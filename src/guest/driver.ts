/** What a driver is to its guest: how it waits. `drivers/` has the three that there are. */
import type { NumberCall } from '../base/call.js'
import type { Waiter } from '../wasi/poll-oneoff.js'
import type { Streams } from '../wasi/stdio.js'
import type { Suspension } from './drivers/suspending-import.js'

/** How a guest waits, and where its standard streams lead: what drivers differ in. */
export interface Driver extends Streams, Waiter {
  /** Whether it runs the loops that a guest leaves to it; see {@link PumpedLoops.pump}. */
  readonly pumps: boolean
  /** How a call that answers later is waited for, under a driver that has such answers. */
  readonly suspension?: Suspension
  /** Calls an export while the guest waits. Whatever it waits for there, everybody waits for. */
  enter(call: NumberCall, argument: number): number
  /** Told whenever something happened that a waiting guest may wait for, and how many bytes came, if it was that. */
  onChange(bytes: number): void
}

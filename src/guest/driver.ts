/** The contract of a driver, which decides how a guest waits. `drivers/` has the three implementations. */
import type { NumberCall } from '../base/call.js'
import type { SignalCalls } from '../kernel/syscalls/context.js'
import type { Waiter } from '../wasi/poll-oneoff.js'
import type { Streams } from '../wasi/stdio.js'
import type { Suspension } from './drivers/suspending-import.js'
import type { OwnWatch } from './time/own-watch.js'

/** How a guest waits, and what its standard streams are connected to: the differences between the drivers. */
export interface Driver extends Streams, Waiter {
  /** Whether the driver runs the loops that a guest leaves to its host; see {@link PumpedLoops.pump}. */
  readonly pumps: boolean
  /** What the guest says of signals, and its alarm. */
  readonly signals: SignalCalls
  /** Has to be called before each call of the guest, if it is there; see {@link OwnWatch.onCall}. */
  readonly onCall?: OwnWatch['onCall']
  /** Suspends the guest for calls whose answer comes later, if the driver has such calls. */
  readonly suspension?: Suspension
  /** Calls an export while the guest waits. A wait inside of that call blocks the whole thread. */
  enter(call: NumberCall, argument: number): number
  /**
   * Called when a call found nothing, which is all that a program does that polls by itself. Delivers what has arrived,
   * if the driver can; one that never waits cannot.
   *
   * @param ask - makes the call again
   * @param answer - what it answered; `undefined` if it was not made yet
   */
  onNothing?(ask: () => number, answer?: number): number | Promise<number>
  /**
   * Called when anything happened that a waiting guest may wait for; `bytes` is how many arrived, 0 for any other
   * event.
   */
  onChange(bytes: number): void
}

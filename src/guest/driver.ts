/** What a driver is: how a guest waits, and how it is started and ended. `drivers/` has the three that there are. */
import type { NumberCall } from '../base/call.js'
import type { Waiter } from '../wasi/poll-oneoff.js'
import type { OnOutput, Streams } from '../wasi/stdio.js'
import type { Suspension } from './drivers/suspending-import.js'
import type { InputSource } from './input.js'
import type { ProgramOptions } from './program.js'

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

/** What a driver starts. */
export interface GuestSetup extends ProgramOptions {
  /** See {@link GuestOptions.input}. */
  readonly input: InputSource | undefined
  /** See {@link GuestOptions.onOutput}. */
  readonly onOutput: OnOutput
}

/** A guest that a driver has started. */
export interface GuestRun {
  /** The exit code; rejected when the guest traps. */
  readonly exit: Promise<number>
  /** Ends it from outside. */
  terminate(): void
}

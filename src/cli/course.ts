/** How a program is run: over a host, recorded, or from a recording. */

import type { Guest } from '../guest/guest.js'
import type { GuestOptions } from '../guest/options.js'
import type { Host } from '../host/contract/host.js'
import type { Command } from './command.js'
import type { Enter } from './signals.js'

/** What differs between the commands `run`, `record` and `replay`. */
export interface Course {
  /** What is run. */
  readonly command: Command
  readonly program: Uint8Array<ArrayBuffer>
  /** The host, without the policy. */
  readonly host: Promise<Host>
  /** Its driver and its standard streams. */
  readonly options: Pick<GuestOptions, 'driver' | 'stdio' | 'input' | 'onOutput'>
  /** Passes the signals of this process on; `none` leaves them to the operating system. */
  readonly enter: Enter | 'none' | undefined
  /**
   * Waits for the end of the program.
   *
   * @returns the exit code of the command
   * @throws {GuestTrap} when the program traps
   */
  readonly end: (guest: Guest) => Promise<number>
}

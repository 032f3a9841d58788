/** How the program is ended from outside: as the system would end a native one. */
import { constants } from 'node:os'
import { hasJspi } from '../guest/drivers/suspending-import.js'
import type { DriverName, Guest } from '../guest/guest.js'

const HEARD = ['SIGINT', 'SIGTERM'] as const

/**
 * The signals that a program may get. A program in this thread may hold it up for ever, so there only the system's own way
 * works, and nothing is heard here.
 */
export class Signals {
  /** Whether they are heard here; then this thread has to stay free for them. */
  readonly heard: boolean
  /** What its exit code is, where it was ended by one: what a shell says. */
  code: number | undefined
  #started: Promise<Guest> | undefined

  constructor(driver: DriverName) {
    this.heard = driver === 'worker' || (driver === 'auto' && !hasJspi())
    if (this.heard) for (const name of HEARD) process.once(name, this.end)
  }

  /** Whom they end. */
  aim(started: Promise<Guest>): void {
    this.#started = started
    started.then(({ driver }) => driver !== 'worker' && this.#ignore(), this.#ignore)
  }

  /** Ends it, also when it is still to start. */
  readonly end = (name: (typeof HEARD)[number] | 'SIGPIPE'): void => {
    this.code ??= 128 + constants.signals[name]
    this.#started?.then(
      (guest) => guest.terminate(),
      () => {},
    )
  }

  readonly #ignore = (): void => {
    for (const name of HEARD) process.off(name, this.end)
  }
}

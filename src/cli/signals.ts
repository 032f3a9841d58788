import { constants } from 'node:os'
import { hasJspi } from '../guest/drivers/suspending-import.js'
import type { DriverName, Guest } from '../guest/guest.js'

const HEARD = ['SIGINT', 'SIGTERM'] as const

/**
 * Ends the program on a signal, like the system ends a native one. A program in this thread can block it
 * indefinitely, so in that case the system's default action applies, and no signal is handled here.
 */
export class Signals {
  /** Whether signals are handled here; then this thread must not block. */
  readonly heard: boolean
  /** The exit code after a signal, as a shell reports it. */
  code: number | undefined
  #started: Promise<Guest> | undefined

  constructor(driver: DriverName) {
    this.heard = driver === 'worker' || (driver === 'auto' && !hasJspi())
    if (this.heard) for (const name of HEARD) process.once(name, this.end)
  }

  /** Sets the guest that a signal ends. */
  aim(started: Promise<Guest>): void {
    this.#started = started
    started.then(({ driver }) => driver !== 'worker' && this.#ignore(), this.#ignore)
  }

  /** Ends the guest, even if it is still starting. */
  readonly end = (name: (typeof HEARD)[number]): void => {
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

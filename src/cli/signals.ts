import { constants } from 'node:os'
import { hasJspi } from '../guest/drivers/available.js'
import type { DriverName, Guest, SignalName } from '../guest/guest.js'

/** The signals of this process that are sent to the program if it has a use for them. */
const PASSED: readonly SignalName[] = [
  'SIGHUP',
  'SIGINT',
  'SIGQUIT',
  'SIGUSR1',
  'SIGUSR2',
  'SIGALRM',
  'SIGTERM',
  'SIGCONT',
  'SIGTSTP',
  'SIGTTIN',
  'SIGTTOU',
  'SIGURG',
  'SIGXCPU',
  'SIGXFSZ',
  'SIGVTALRM',
  'SIGWINCH',
  'SIGIO',
  'SIGPWR',
]

/** Passes on what reaches a program elsewhere than through its host; a recording notes it. */
export type Enter = (what: 'signal' | 'terminate', signal: SignalName, deliver: () => void) => void

/** The signals that are sent to every program that runs in a thread of its own. */
const ALWAYS: readonly SignalName[] = ['SIGINT', 'SIGTERM']

/**
 * Passes the signals of this process on to the program. Those that would end it are left to the operating system: a
 * program in this thread can block it indefinitely.
 */
export class Signals {
  /** Whether signals are handled here whatever the program does; then this thread must not block. */
  readonly heard: boolean
  /** The exit code after a signal that has ended the program from here, as a shell reports it. */
  code: number | undefined
  #started: Promise<Guest> | undefined
  #heard: ReadonlySet<SignalName> = new Set()
  /** The signals that the program has a use for, unless it was not asked yet. */
  #wanted: readonly SignalName[] = []
  #always: readonly SignalName[]
  #changing = false
  readonly #enter: Enter

  constructor(driver: DriverName, enter: Enter = (_what, _signal, deliver) => deliver()) {
    this.#enter = enter
    this.heard = driver === 'worker' || (driver === 'auto' && !hasJspi())
    this.#always = this.heard ? ALWAYS : []
    this.#hear()
  }

  /** Sets the program. */
  aim(started: Promise<Guest>): void {
    this.#started = started
    started.then(({ driver }) => {
      if (driver === 'worker') return
      this.#always = []
      this.#hear()
    }, this.close)
  }

  /** Called with the signals that would not end the program. */
  readonly want = (names: readonly SignalName[]): void => {
    this.#wanted = names.filter((name) => PASSED.includes(name))
    // At once, since the program may have said already that it is ready.
    if (this.#wanted.some((name) => !this.#heard.has(name))) this.#hear(this.#heard)
    if (this.#changing) return
    // Later, since programs often block signals for a moment only.
    this.#changing = true
    setImmediate(() => {
      this.#changing = false
      this.#hear()
    })
  }

  /** Ends the program, even if it is still starting. */
  readonly end = (name: SignalName): void => {
    this.code ??= codeOf(name)
    this.#started?.then(
      (guest) => this.#enter('terminate', name, () => guest.terminate()),
      () => {},
    )
  }

  /** Leaves all signals to the operating system. */
  readonly close = (): void => {
    this.#always = []
    this.#wanted = []
    this.#hear()
  }

  /** Sends a signal. A program that has not taken the last one is ended. */
  readonly #pass = (name: SignalName): void => {
    this.#started?.then(
      (guest) => {
        let isTaken = false
        this.#enter('signal', name, () => {
          isTaken = guest.kill(name)
        })
        if (!isTaken) this.end(name)
      },
      () => {},
    )
  }

  /** Handles the signals that are wanted. @param still - others that are handled too, for now */
  #hear(still: Iterable<SignalName> = []): void {
    const names = new Set([...this.#always, ...this.#wanted, ...still])
    for (const name of PASSED) {
      if (names.has(name) === this.#heard.has(name)) continue
      if (names.has(name)) hear(name, this.#pass)
      else process.off(name, this.#pass)
    }
    this.#heard = names
  }
}

/** The exit code after a signal, as a shell reports it. */
export const codeOf = (name: SignalName): number => 128 + (constants.signals[name] ?? 0)

function hear(name: SignalName, listener: (name: SignalName) => void): void {
  try {
    process.on(name, listener)
  } catch {
    // Not every operating system has this signal.
  }
}

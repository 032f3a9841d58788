/** Signals that are sent to a guest from outside, and its alarm. */
import { bitOf, SIGNALS, type SignalName, type SignalSet, signalNames, signalSet } from '../base/signals.js'
import type { Host, HostTimer } from '../host/contract/host.js'
import type { SignalCalls } from '../kernel/syscalls/context.js'

/** What happens to signals that are not ignored. */
export interface SignalTarget {
  /** Passes a signal on that the guest handles or blocks. @returns `false` if it is pending already */
  deliver(signal: number): boolean
  /** Ends the guest at once, with the outcome that the signal has ended it. */
  end(signal: number): void
}

const IGNORED = signalSet('SIGCHLD', 'SIGCONT', 'SIGURG', 'SIGWINCH', 'SIGTSTP', 'SIGTTIN', 'SIGTTOU')

/** The signals for which a guest can have no handler. */
const OWN = signalSet('SIGKILL', 'SIGSTOP')

/** The longest time of a host's timer, in ms. */
const LONGEST = 2 ** 31 - 1

/** Decides what the signals do that are sent to one guest. */
export class Signals implements SignalCalls {
  readonly #host: Host
  #target: SignalTarget | undefined
  readonly #onChange: ((names: readonly SignalName[]) => void) | undefined
  #caught = 0
  #ignored = IGNORED
  #closed = false
  #timer: HostTimer | undefined
  /** When the next SIGALRM is due, by the host's clock in nanoseconds. */
  #due = Number.POSITIVE_INFINITY
  #interval = 0

  /**
   * @param host - provides the timer of the alarm
   * @param onChange - receives the signals that would not end the guest, although they usually do
   */
  constructor(host: Host, onChange?: (names: readonly SignalName[]) => void) {
    this.#host = host
    this.#onChange = onChange
  }

  /** Sets the guest. */
  aim(target: SignalTarget): void {
    this.#target = target
  }

  /**
   * Sends a signal.
   *
   * @param signal - 1 to 31
   * @returns `false` if that changed nothing: the guest has ended, or the same signal is pending already
   */
  send(signal: number): boolean {
    const target = this.#target
    if (this.#closed || target === undefined) return false
    const bit = bitOf(signal)
    if ((this.#caught & bit) !== 0) return target.deliver(signal)
    if ((this.#ignored & bit) === 0) target.end(signal)
    return true
  }

  dispose(caught: SignalSet, ignored: SignalSet): void {
    this.#caught = caught & ~OWN
    this.#ignored = ignored & ~OWN
    this.#onChange?.(signalNames(this.#caught | (this.#ignored & ~IGNORED)))
  }

  setAlarm(after: number, interval: number): void {
    if (this.#closed) return
    this.#interval = interval
    this.#due = after === 0 ? Number.POSITIVE_INFINITY : this.#host.clock() + after
    this.#arm()
  }

  /** Called when the guest has ended. */
  close(): void {
    this.#closed = true
    this.#timer?.clear()
  }

  readonly #expire = (): void => {
    const late = this.#host.clock() - this.#due
    // A timer may fire too early, and has a limit.
    if (late < 0) return this.#arm()
    if (this.#interval === 0) this.#due = Number.POSITIVE_INFINITY
    else this.#due += (Math.floor(late / this.#interval) + 1) * this.#interval
    this.#arm()
    this.send(SIGNALS.SIGALRM)
  }

  #arm(): void {
    const left = (this.#due - this.#host.clock()) / 1e6
    if (left === Number.POSITIVE_INFINITY) return this.#timer?.clear()
    this.#timer ??= this.#host.timer(this.#expire)
    this.#timer.set(Math.min(Math.max(1, Math.ceil(left)), LONGEST))
  }
}

/** Signals that are sent to a guest from outside, and by its timers. */
import { bitOf, type SignalName, type SignalSet, signalNames, signalSet, TIMER_EXPIRED } from '../base/signals.js'
import type { Host } from '../host/contract/host.js'
import type { SignalCalls, TimerSetting } from '../kernel/syscalls/context.js'
import { SignalTimer } from './signal-timer.js'

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

/** Decides what the signals do that are sent to one guest. */
export class Signals implements SignalCalls {
  readonly #host: Host
  #target: SignalTarget | undefined
  readonly #onChange: ((names: readonly SignalName[]) => void) | undefined
  #caught = 0
  #ignored = IGNORED
  #closed = false
  readonly #timers = new Map<number, SignalTimer>()

  /**
   * @param host - provides the timers
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

  setTimer({ timer, signal, after, interval }: TimerSetting): void {
    if (this.#closed) return
    this.#timers.get(timer)?.clear()
    if (after === 0) this.#timers.delete(timer)
    else this.#timers.set(timer, new SignalTimer(this.#host, after, interval, () => this.#expire(timer, signal)))
  }

  /** Called when the guest has ended. */
  close(): void {
    this.#closed = true
    for (const timer of this.#timers.values()) timer.clear()
  }

  #expire(timer: number, signal: number): void {
    const tells = timer > 0 && (signal === TIMER_EXPIRED || (this.#caught & bitOf(signal)) !== 0)
    if (tells) this.#target?.deliver(TIMER_EXPIRED)
    else this.send(signal)
  }
}

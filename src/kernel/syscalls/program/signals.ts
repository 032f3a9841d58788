import type { Memory } from '../../../abi/memory.js'
import type { Result } from '../../descriptor.js'
import type { SignalContext, SyscallContext } from '../context.js'

/** The calls with which a guest says what it does with signals, and sets its alarm. */
export class SignalSetting {
  readonly #memory: Memory
  readonly #signals: SignalContext | undefined

  constructor({ memory, signals }: SyscallContext) {
    this.#memory = memory
    this.#signals = signals
  }

  /** `signals`. */
  handle(caught: number, ignored: number, arrived: number): Result {
    if (!this.#memory.contains(arrived, 4)) return 'EFAULT'
    if (this.#signals === undefined) return 'ENOSYS'
    this.#signals.arrivals.put(arrived)
    this.#signals.calls.dispose(caught, ignored)
    return 0
  }

  /** `alarm`. */
  alarm(after: number, interval: number): Result {
    // Also refuses what is not a number.
    if (!(after >= 0 && interval >= 0) || !Number.isFinite(after + interval)) return 'EINVAL'
    if (this.#signals === undefined) return 'ENOSYS'
    this.#signals.calls.setAlarm(after, interval)
    return 0
  }
}

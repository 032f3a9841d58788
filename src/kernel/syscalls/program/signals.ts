import type { Memory } from '../../../abi/memory.js'
import { SIGNALS, TIMER_EXPIRED } from '../../../base/signals.js'
import type { Result } from '../../descriptor.js'
import type { SignalContext, SyscallContext } from '../context.js'

/** How many timers a guest can have beside its alarm: `UVH_TIMERS`. */
const TIMERS = 32

/** The calls with which a guest says what it does with signals, and sets its alarm and its timers. */
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
    return this.#set(0, SIGNALS.SIGALRM, after, interval)
  }

  /** `timer`. */
  timer(timer: number, signal: number, after: number, interval: number): Result {
    if (timer < 1 || timer > TIMERS || signal < 1 || signal > TIMER_EXPIRED) return 'EINVAL'
    return this.#set(timer, signal, after, interval)
  }

  #set(timer: number, signal: number, after: number, interval: number): Result {
    // Also refuses what is not a number.
    if (!(after >= 0 && interval >= 0) || !Number.isFinite(after + interval)) return 'EINVAL'
    if (this.#signals === undefined) return 'ENOSYS'
    this.#signals.calls.setTimer({ timer, signal, after, interval })
    return 0
  }
}

/** What the system calls need from the instance that they serve. */
import type { Description } from '../../abi/description.js'
import type { Memory } from '../../abi/memory.js'
import type { SignalSet } from '../../base/signals.js'
import type { Arrivals } from '../arrivals.js'
import type { Result } from '../descriptor.js'
import type { Kernel } from '../kernel.js'
import type { PayloadBridge } from '../payload-bridge.js'

/** Decides how long a turn of the loop may continue. */
export interface Turns {
  /**
   * Counts another pass of the turn.
   *
   * @returns whether its budget allows it; if not, the host's event loop goes first
   */
  takePass(): boolean
  /**
   * The answer when nothing is ready: 0, or EAGAIN to leave the loop. `timeout` is in milliseconds, -1 for no limit.
   */
  park(timeout: number): Result
}

/** When a timer of a guest sends its signal. */
export interface TimerSetting {
  /** Its number; that of the alarm is 0. */
  readonly timer: number
  /** The signal: 1 to 31, or 32 for those that only the guest knows. */
  readonly signal: number
  /** Nanoseconds until the first time; 0 for never. */
  readonly after: number
  /** Nanoseconds from one time to the next; 0 for only one. */
  readonly interval: number
}

/** What a guest says of signals. */
export interface SignalCalls {
  /** Called when it changes which signals it handles or blocks, and which it ignores. */
  dispose(caught: SignalSet, ignored: SignalSet): void
  /** Called when it sets a timer. */
  setTimer(setting: TimerSetting): void
}

/** The signals of one guest. */
export interface SignalContext {
  /** Those that have arrived. */
  readonly arrivals: Arrivals
  readonly calls: SignalCalls
}

/** What the system calls of one instance work with. */
export interface SyscallContext {
  readonly kernel: Kernel
  readonly memory: Memory
  readonly abi: Description
  readonly turns: Turns
  /** Passes bytes without a copy in the module's memory; a guest has none. */
  readonly payloads?: PayloadBridge | undefined
  /**
   * Returns a different number whenever time may have passed; given when a poll never waits. While it is unchanged,
   * the time after a poll equals the time before it, and the host's clock is not read again.
   */
  readonly epoch?: () => number
  /** Sends signals to the instance; only a guest receives any. */
  readonly signals?: SignalContext | undefined
  /** Called when our own code threw; the caller has received EIO. */
  readonly onDefect: (error: unknown) => void
}

/** What the system calls need from the instance that they serve. */
import type { Description } from '../../abi/description.js'
import type { Memory } from '../../abi/memory.js'
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
  /** Called when our own code threw; the caller has received EIO. */
  readonly onDefect: (error: unknown) => void
}

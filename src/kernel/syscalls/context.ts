/** What the system calls are made over. */
import type { Description } from '../../abi/description.js'
import type { Memory } from '../../abi/memory.js'
import type { Result } from '../descriptor.js'
import type { Kernel } from '../kernel.js'
import type { PayloadBridge } from '../payload-bridge.js'

/** Who decides how long libuv's turn goes on. */
export interface Turns {
  /** Counts another pass of the turn. @returns whether its budget allows it; otherwise others come first */
  takePass(): boolean
  /** What to answer when nothing is ready: 0, or EAGAIN to leave the loop. `timeout` is in milliseconds, -1 for ever. */
  park(timeout: number): Result
}

/** What they are made over. */
export interface SyscallContext {
  readonly kernel: Kernel
  readonly memory: Memory
  readonly abi: Description
  readonly turns: Turns
  /** The way past the module's memory; a guest has none. */
  readonly payloads?: PayloadBridge | undefined
  /**
   * Another number than before when time may have passed; given where a poll never waits. While it is the same, the time
   * behind a poll is the time before it, and the host's clock needs not be asked again.
   */
  readonly epoch?: () => number
  /** Told when our own code threw; the caller has got EIO. */
  readonly onDefect: (error: unknown) => void
}

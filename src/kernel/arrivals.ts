import type { Memory } from '../abi/memory.js'
import { bitOf } from '../base/signals.js'

/**
 * The signals that have arrived for a guest and that it has not taken yet. They are a set of bits in its own memory, so
 * that it sees them without a call.
 */
export class Arrivals {
  readonly #memory: () => Memory
  readonly #onArrival: () => void
  /** Where the set is; 0 until the guest has said it. */
  #at = 0

  /**
   * @param memory - returns the guest's memory
   * @param onArrival - called when a signal has arrived, which ends a wait
   */
  constructor(memory: () => Memory, onArrival: () => void) {
    this.#memory = memory
    this.#onArrival = onArrival
  }

  /** Sets the address of the set, which must be inside of the memory. */
  put(at: number): void {
    this.#at = at
  }

  /** Whether the guest has not taken all signals. */
  get some(): boolean {
    return this.#at !== 0 && this.#memory().u32(this.#at) !== 0
  }

  /** Adds a signal. @returns `false` if it is there already, or the guest has not said where */
  add(signal: number): boolean {
    if (this.#at === 0) return false
    const old = this.#memory().u32(this.#at)
    if ((old & bitOf(signal)) !== 0) return false
    this.#memory().setU32(this.#at, old | bitOf(signal))
    this.#onArrival()
    return true
  }
}

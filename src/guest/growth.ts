/** Watches how a guest grows: WebAssembly refuses growth by itself, and tells nothing of it. */
import { Memory } from '../abi/memory.js'
import type { Gauge } from '../base/gauge.js'
import type { WasmExports, WasmMemory } from '../base/platform-types.js'
import { TABLE_EXPORT } from '../runtime/bounded-module.js'
import type { GuestExit } from './exit.js'
import { type GuestLimits, requireBeginning } from './limits.js'

/** What is left when a limit counts as reached: growth by whole pages cannot use more of it. */
const PAGE = 65_536

/**
 * Counts the memory and the table of a guest. A module that was compiled by its embedder has no bounds, so it is ended
 * when it is found to have grown beyond them: at its next call that needs its memory.
 */
export class Growth {
  readonly #limits: GuestLimits
  readonly #ending: GuestExit
  readonly #memory: Gauge
  readonly #elements: Gauge
  #table: WebAssembly.Table | undefined
  /** What the guest began with. */
  #began = 0

  /** @param ending - ends the guest if it is too large */
  constructor(limits: GuestLimits, ending: GuestExit) {
    this.#limits = limits
    this.#ending = ending
    this.#memory = limits.ledger.gauge('memory')
    this.#elements = limits.ledger.gauge('tableElements')
  }

  /**
   * Starts to watch.
   *
   * @throws {TypeError} when the guest begins with more memory than the limit that was given
   */
  watch(memory: WasmMemory, exported: WasmExports): Memory {
    const watched = new Memory(memory, (size) => this.#grown(size))
    this.#began = watched.size
    if (this.#limits.isMemoryGiven) requireBeginning(this.#began, this.#memory.limit)
    this.#grown(this.#began)
    const table = exported[TABLE_EXPORT]
    this.#table = table instanceof WebAssembly.Table ? table : undefined
    this.look()
    return watched
  }

  /** Counts the table, which is seen only by looking at it. */
  look(): void {
    const { length = 0 } = this.#table ?? {}
    if (length === this.#elements.used) return
    this.#elements.set(length)
    if (this.#elements.full) this.#elements.reach()
  }

  #grown(size: number): void {
    this.#memory.set(size)
    if (this.#memory.room < PAGE && size > this.#began) this.#memory.reach()
    if (size <= Math.max(this.#memory.limit, this.#began)) return
    this.#ending.trap(
      new Error(`the guest has grown to ${size} bytes of memory, beyond its limit; raise the limit memory`),
    )
  }
}

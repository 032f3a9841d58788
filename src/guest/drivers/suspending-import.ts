/**
 * How a guest is suspended in engines that support it: a call that cannot answer yet returns {@link LATER}, and the
 * gate then calls a separate import that suspends the guest until the answer is there. An import that is wrapped in
 * `WebAssembly.Suspending` suspends in every call, if only for a microtask, and cannot be called where nothing may
 * wait.
 */
import type { WasmImports } from '../../base/platform-types.js'
import type { Host } from '../../host/contract/host.js'
import { LATER } from '../../runtime/import-gate.js'
import { WaitedTime } from './waited-time.js'

/** The pending wait of one guest. */
export class Suspension {
  /** The import that suspends the guest. */
  readonly later: WasmImports[string]
  readonly #onFailure: (error: unknown) => void
  #answer: PromiseLike<number> | undefined
  #resume: ((answer: number) => void) | undefined
  /** The time that the guest has been suspended. */
  readonly time: WaitedTime

  /**
   * @param host - has the clock
   * @param onFailure - called when there will be no answer; it has to shut the gate, since the guest then resumes
   * @throws {TypeError} when the engine cannot suspend WebAssembly
   */
  constructor(host: Host, onFailure: (error: unknown) => void) {
    const { Suspending } = WebAssembly
    if (Suspending === undefined)
      throw new TypeError("Cannot suspend the guest: this engine cannot suspend WebAssembly; use the driver 'worker'")
    this.time = new WaitedTime(host)
    this.#onFailure = onFailure
    this.later = new Suspending(() => this.#suspend())
  }

  /** Stores the promise of an answer. @returns the value that the call returns now */
  setAside(answer: PromiseLike<number>): number {
    this.#answer = answer
    return LATER
  }

  /**
   * Releases the guest's stack after the gate was shut: the guest resumes inside the gate, which traps before any of
   * the guest's code runs. Engines never free a suspended stack, nor what it references, unless it is resumed.
   */
  release(): void {
    this.#resume?.(0)
    this.#resume = undefined
    this.#answer = undefined
  }

  #suspend(): Promise<number> {
    const answer = this.#answer
    this.#answer = undefined
    this.time.begin()
    return new Promise((settle) => {
      const resolve = (value: number): void => {
        this.time.end()
        settle(value)
      }
      this.#resume = resolve
      // Never rejected, since a guest could catch the exception.
      answer?.then(resolve, (error: unknown) => {
        this.#onFailure(error)
        resolve(0)
      })
    })
  }
}

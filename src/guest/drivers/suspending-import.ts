/**
 * How a guest is set aside where engines can do it: a call that cannot answer yet says so ({@link LATER}), and the gate then calls
 * an import that suspends the guest until the answer is there. What engines suspend by themselves they always suspend, be it for a
 * microtask, and it cannot be called where nothing may wait.
 */
import type { WasmImports } from '../../base/platform-types.js'
import { LATER } from '../../runtime/gate.js'

/** Whether this engine can suspend WebAssembly, in the standard form. */
export function hasJspi(): boolean {
  return WebAssembly.Suspending !== undefined && WebAssembly.promising !== undefined
}

/** The one wait of a guest. */
export class Suspension {
  /** The import that suspends. */
  readonly later: WasmImports[string]
  readonly #onFailure: (error: unknown) => void
  #answer: PromiseLike<number> | undefined
  #resume: ((answer: number) => void) | undefined

  /**
   * @param onFailure - told when there will be no answer; it is to shut the gate, for the guest goes on
   * @throws {TypeError} when the engine cannot suspend WebAssembly
   */
  constructor(onFailure: (error: unknown) => void) {
    const { Suspending } = WebAssembly
    if (Suspending === undefined) throw new TypeError('this engine cannot suspend WebAssembly')
    this.#onFailure = onFailure
    this.later = new Suspending(() => this.#suspend())
  }

  /** Takes the answer that will come. @returns what the call answers meanwhile */
  setAside(answer: PromiseLike<number>): number {
    this.#answer = answer
    return LATER
  }

  /**
   * Lets go of the guest's stack, when the gate is shut: it goes on into the gate, which traps before any code of the guest's.
   * Engines never free a stack that is not gone on with, nor what it holds.
   */
  release(): void {
    this.#resume?.(0)
    this.#resume = undefined
    this.#answer = undefined
  }

  #suspend(): Promise<number> {
    const answer = this.#answer
    this.#answer = undefined
    return new Promise((resolve) => {
      this.#resume = resolve
      // Never rejected: an exception is what a guest could catch.
      answer?.then(resolve, (error: unknown) => {
        this.#onFailure(error)
        resolve(0)
      })
    })
  }
}

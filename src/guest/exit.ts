/** How a guest ends: by its own wish, from outside, or in a trap. It is decided once. */

/** The exit code of a guest that is told to stop: that of SIGTERM in a shell. */
export const TERMINATED = 143

/** How many characters a trap tells, of its message and of its stack: names in them are the guest's. */
const TOLD = 8192

/** A guest that trapped: `abort()`, an address outside its memory, a stack that ran over. Other guests go on. */
export class GuestTrap extends Error {
  /**
   * @param message - what the engine says of it
   * @param stack - names the C functions of a module with debug information
   */
  constructor(message: string, stack: string) {
    super(message.slice(0, TOLD))
    this.name = 'GuestTrap'
    this.stack = stack.slice(0, TOLD)
  }

  /** Makes a trap of what was thrown through a guest's frames. */
  static from(error: unknown): GuestTrap {
    if (error instanceof GuestTrap) return error
    if (!(error instanceof Error)) return new GuestTrap(String(error), String(error))
    const message = `${error.name}: ${error.message}`
    const lines = (error.stack ?? message).split('\n')
    // How we called main() is of no interest.
    const outermost = lines.findLastIndex((line) => /wasm:\/\/|wasm-function/.test(line))
    return new GuestTrap(message, lines.slice(0, outermost < 0 ? undefined : outermost + 1).join('\n'))
  }
}

/** How a guest has ended: with an exit code, 0 to 255, or for a reason that is thrown. */
export type Outcome = { readonly code: number } | { readonly reason: unknown }

/** What the guest's imports pass through. */
export interface ExitGate {
  /** Whether the guest called us and waits for our return, so that its frames are on the stack. */
  readonly busy: boolean
  /** From now on, every import traps. */
  shut(): void
}

/**
 * The end of one guest. It comes in two steps: it is decided, and no import answers any more; then, as soon as no frame of the
 * guest's is left on the stack, what it holds is let go of and the outcome is told. Where none is there, both are one.
 */
export class GuestExit {
  /** The exit code, 0 to 255; rejected with why it did not end with one. */
  readonly told: Promise<number>
  #outcome: Outcome | undefined
  #shutter: ExitGate | undefined
  #steps: (() => void)[] | undefined = []
  #tell: (outcome: Outcome) => void = () => {}

  constructor() {
    this.told = new Promise((resolve, reject) => {
      this.#tell = (outcome) => ('code' in outcome ? resolve(outcome.code) : reject(outcome.reason))
    })
    this.told.catch(() => {})
  }

  /** How it ends, once that is decided. */
  get outcome(): Outcome | undefined {
    return this.#outcome
  }

  /** What to shut when the end is decided. */
  shuts(shutter: ExitGate): void {
    this.#shutter = shutter
  }

  /** What to do when the guest is over, in the order given; at once if it is. */
  whenOver(step: () => void): void {
    if (this.#steps === undefined) step()
    else this.#steps.push(step)
  }

  /** It exits. @param code - cut to 8 bits, as POSIX does */
  exit(code: number): void {
    this.#decide({ code: code & 0xff })
  }

  /** It traps, for what was thrown. */
  trap(error: unknown): void {
    if (this.#outcome === undefined) this.#decide({ reason: GuestTrap.from(error) })
  }

  /** It is ended by what its embedder threw. */
  fail(reason: unknown): void {
    this.#decide({ reason })
  }

  /** No frame of the guest's is on the stack any more. */
  unwound(): void {
    const steps = this.#steps
    const outcome = this.#outcome
    if (steps === undefined || outcome === undefined) return
    // A guest that is still referenced must not hold what it was made of.
    this.#steps = undefined
    this.#shutter = undefined
    let failure: Outcome | undefined
    for (const step of steps) {
      try {
        step()
      } catch (reason) {
        failure ??= { reason }
      }
    }
    this.#tell(failure ?? outcome)
  }

  #decide(outcome: Outcome): void {
    if (this.#outcome !== undefined) return
    this.#outcome = outcome
    const inside = this.#shutter?.busy ?? false
    this.#shutter?.shut()
    if (!inside) this.unwound()
  }
}

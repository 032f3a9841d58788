/** How the end of a guest is carried out. The first outcome is final. */
import type { Outcome } from './outcome.js'

/** How many characters of a trap's message and of its stack are kept, since the guest controls the names in them. */
const TOLD = 8192

/**
 * A guest that trapped: `abort()`, an address outside of its memory, a stack overflow. Other guests are not affected.
 */
export class GuestTrap extends Error {
  /**
   * @param message - the engine's message
   * @param stack - names the C functions of a module that has debug information
   */
  constructor(message: string, stack: string) {
    super(message.slice(0, TOLD))
    this.name = 'GuestTrap'
    this.stack = stack.slice(0, TOLD)
  }

  /** Makes a trap from an exception that went through a guest's frames. */
  static from(error: unknown): GuestTrap {
    if (error instanceof GuestTrap) return error
    if (!(error instanceof Error)) {
      const text = String(error)
      const told =
        text === '[object WebAssembly.Exception]' ? 'the program threw an exception and did not catch it' : text
      return new GuestTrap(told, told)
    }
    const message = `${error.name}: ${error.message}`
    const lines = (error.stack ?? message).split('\n')
    // The frames of our own code that called main() are dropped.
    const outermost = lines.findLastIndex((line) => /wasm:\/\/|wasm-function/.test(line))
    return new GuestTrap(message, lines.slice(0, outermost < 0 ? undefined : outermost + 1).join('\n'))
  }
}

/** The gate between a guest and its imports, as far as the end of the guest needs it. */
export interface ExitGate {
  /** Whether the guest has called an import that has not returned, so that its frames are on the stack. */
  readonly busy: boolean
  /** Shuts the gate: from now on, every import traps. */
  shut(): void
}

/**
 * The end of one guest, in two steps. First the outcome is decided, and every import traps from then on. Then, as
 * soon as no frame of the guest is left on the stack, its resources are released and the outcome is reported. If
 * there is no such frame, both happen at once.
 */
export class GuestExit {
  /** The outcome, when everything that the guest held has been released; never rejected. */
  readonly told: Promise<Outcome>
  #outcome: Outcome | undefined
  #shutter: ExitGate | undefined
  #steps: (() => void)[] | undefined = []
  #tell: (outcome: Outcome) => void = () => {}

  constructor() {
    this.told = new Promise((resolve) => {
      this.#tell = resolve
    })
  }

  /** The outcome, once it is decided. */
  get outcome(): Outcome | undefined {
    return this.#outcome
  }

  /** Sets the gate to shut when the outcome is decided. */
  shuts(shutter: ExitGate): void {
    this.#shutter = shutter
  }

  /**
   * Adds a step that runs when the guest has ended, after the earlier ones; it runs at once if the guest has ended
   * already.
   */
  whenOver(step: () => void): void {
    if (this.#steps === undefined) step()
    else this.#steps.push(step)
  }

  /** Ends the guest, unless its outcome is decided. */
  end(outcome: Outcome): void {
    if (this.#outcome !== undefined) return
    this.#outcome = outcome
    const inside = this.#shutter?.busy ?? false
    this.#shutter?.shut()
    if (!inside) this.unwound()
  }

  /** Ends the guest with an exit code. @param code - cut to 8 bits, like in POSIX */
  exit(code: number): void {
    this.end({ kind: 'exited', code: code & 0xff })
  }

  /** Ends the guest in a trap, with the exception as its reason. */
  trap(error: unknown): void {
    if (this.#outcome === undefined) this.end({ kind: 'trapped', error: GuestTrap.from(error) })
  }

  /** Called when no frame of the guest is on the stack any more. */
  unwound(): void {
    const steps = this.#steps
    const outcome = this.#outcome
    if (steps === undefined || outcome === undefined) return
    // The references are dropped, so that a guest that is still referenced does not keep its parts alive.
    this.#steps = undefined
    this.#shutter = undefined
    let failure: Outcome | undefined
    for (const step of steps) {
      try {
        step()
      } catch (error) {
        failure ??= { kind: 'crashed', error: error instanceof Error ? error : new Error(String(error)) }
      }
    }
    this.#tell(failure ?? outcome)
  }
}

/** How a guest ends: by its own wish, from outside, or in a trap. */

/** The exit code of a guest that is told to stop: that of SIGTERM in a shell. */
export const TERMINATED = 143

/** The end of a guest by its own wish, or from outside; thrown through its frames. */
export class GuestExit {
  /** 0 to 255. */
  readonly code: number

  /** @param code - cut to 8 bits, as POSIX does */
  constructor(code: number) {
    this.code = code & 0xff
  }
}

/** A guest that trapped: `abort()`, an address outside its memory, a stack that ran over. Other guests go on. */
export class GuestTrap extends Error {
  /**
   * @param message - what the engine says of it
   * @param stack - names the C functions of a module with debug information
   */
  constructor(message: string, stack: string) {
    super(message)
    this.name = 'GuestTrap'
    this.stack = stack
  }

  /** Makes a trap of what was thrown through a guest's frames. */
  static from(error: unknown): GuestTrap {
    if (!(error instanceof Error)) return new GuestTrap(String(error), String(error))
    const message = `${error.name}: ${error.message}`
    const lines = (error.stack ?? message).split('\n')
    // How we called main() is of no interest.
    const outermost = lines.findLastIndex((line) => /wasm:\/\/|wasm-function/.test(line))
    return new GuestTrap(message, lines.slice(0, outermost < 0 ? undefined : outermost + 1).join('\n'))
  }
}

/** What the receiver of the output threw, on its way through the guest's frames. */
export class OutputError extends Error {
  /** @param cause - what was thrown */
  constructor(cause: unknown) {
    super('the output was not received', { cause })
  }
}

/**
 * The exit code of a guest, made of what was thrown through its frames.
 *
 * @throws {GuestTrap} when it trapped, and what the receiver of its output threw
 */
export function exitCode(reason: unknown): number {
  if (reason instanceof GuestExit) return reason.code
  throw reason instanceof OutputError ? reason.cause : GuestTrap.from(reason)
}

/**
 * Where things lie in the memory of a fuzzed guest. What its calls may write to comes last: a pointer there with any
 * length stays there, or leads out of the memory. So everything below it must be, in the end, as the guest itself has
 * left it.
 */

/** Bytes of a page. */
export const PAGE = 65_536

/** A text by which the guest's last message begins. */
export const MAGIC = { at: 64, text: 'memory of a fuzzed guest' } as const

/** The guest's own buffers. */
export const SCRATCH = 128

/** Registers of 4 bytes: results of calls that later ones take as arguments. */
export const REGISTERS = { at: 256, count: 256 } as const

/** The address of a register. */
export function register(index: number): number {
  return REGISTERS.at + 4 * index
}

/** Bytes that nothing changes: what the guest sends and prints. */
export const PATTERN = { at: 4096, length: 32_768 } as const

/**
 * Guarded as the pattern is. The pattern is a list of buffers that lie here: data that is taken for such a list is
 * seen.
 */
export const GUARD = { at: PATTERN.at + PATTERN.length, length: 4096 } as const

/**
 * What the guest is to do, and its header of four numbers: bytes in all, by `run()` or not, depth, bytes of the log.
 */
export const SCRIPT = { at: PAGE, header: 16, max: 10 * PAGE } as const

/** Where results are kept, 8 bytes for a call. */
export const LOG = { at: SCRIPT.at + SCRIPT.max, max: 2 * PAGE } as const

/** Zeros, up to what calls may write to. */
export const ZEROS = { at: LOG.at + LOG.max, length: PAGE } as const

/** What calls may write to: all that follows. */
export const ARENA = ZEROS.at + ZEROS.length

/** Pages of the memory, at first and at most. */
export const PAGES = { least: ARENA / PAGE + 6, most: ARENA / PAGE + 16 } as const

/** The bytes of the pattern and of the guard. */
export function patternBytes(): Uint8Array {
  const words = new Uint32Array((PATTERN.length + GUARD.length) / 4)
  for (let index = 0; index < words.length; index += 2) {
    words[index] = GUARD.at + ((index * 20) % (GUARD.length - 64))
    words[index + 1] = 16 + (index % 32)
  }
  return new Uint8Array(words.buffer)
}

/** Kinds of steps in a script. */
export const Step = {
  END: 0,
  CALL: 1,
  POKE: 2,
  GROW: 3,
  WAIT: 4,
  COPY: 5,
  BRANCH: 6,
  THROW: 7,
  TRAP: 8,
} as const

/** What an argument is: a number, the value of a register, or a distance from the end of the memory. */
export const Argument = { NUMBER: 0, REGISTER: 1, END: 2 } as const

/** Where the parts of a call's step are. */
export const CALL = { function: 8, result: 12, watch: 16, deep: 20, log: 24, arguments: 28, argument: 12 } as const

/** The result of a call whose exception the guest has caught. */
export const CAUGHT = 0x7fff_fff1

/** What a guest prints that goes on after its end. */
export const AFTERLIFE = 'still here after the end\n'

/**
 * The layout of the memory of a fuzzed guest. The part that its calls may write to is last: a pointer into it with any
 * length stays in it, or leads out of the memory. So everything below it must be unchanged by calls in the end.
 */

/** Bytes of a page. */
export const PAGE = 65_536

/** The text at the start of the guest's last message. */
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
 * Checked like the pattern. The pattern is a list of buffers in this part: a write through data that is mistaken for
 * such a list is detected.
 */
export const GUARD = { at: PATTERN.at + PATTERN.length, length: 4096 } as const

/** The script, and its header of four numbers: bytes in all, by `run()` or not, depth, bytes of the log. */
export const SCRIPT = { at: PAGE, header: 16, max: 10 * PAGE } as const

/** Where results are kept, 8 bytes for a call. */
export const LOG = { at: SCRIPT.at + SCRIPT.max, max: 2 * PAGE } as const

/** Zeros, up to what calls may write to. */
export const ZEROS = { at: LOG.at + LOG.max, length: PAGE } as const

/** The part that calls may write to: all that follows. */
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

/** The kinds of arguments: a number, the value of a register, or a distance from the end of the memory. */
export const Argument = { NUMBER: 0, REGISTER: 1, END: 2 } as const

/** The offsets of the parts of a call's step. */
export const CALL = { function: 8, result: 12, watch: 16, deep: 20, log: 24, arguments: 28, argument: 12 } as const

/** The result of a call with an exception that the guest has caught. */
export const CAUGHT = 0x7fff_fff1

/** The output of a guest that continues after its end. */
export const AFTERLIFE = 'still here after the end\n'

import { type Description, errnoNumber } from '../abi/description.js'
import type { Memory } from '../abi/memory.js'
import type { Trace } from '../runtime/trace.js'

/** How many names are kept, and how many characters of each: a guest chooses them. */
const KEPT = 256
const LENGTH = 64

/** The calls of one guest that no guest has, so that they answered ENOSYS or another refusal. */
export class AbsentCalls {
  /** How often each was called, by name. */
  readonly counts: ReadonlyMap<string, number>
  readonly #counts = new Map<string, number>()
  readonly #trace: Trace

  /** @param trace - prints each call with the topic `syscall`, and otherwise the first one of each name */
  constructor(trace: Trace) {
    this.#trace = trace
    this.counts = this.#counts
  }

  /** Counts a call. */
  readonly note = (name: string): void => {
    const shown = name.slice(0, LENGTH)
    const count = this.#counts.get(shown) ?? 0
    if (count > 0 || this.#counts.size < KEPT) this.#counts.set(shown, count + 1)
    const line = `${shown}(): no guest has it`
    const print = this.#trace.topic('syscall')
    if (print !== undefined) print(line)
    else if (count === 0 && this.#counts.size < KEPT) this.#trace.say(line)
  }
}

/**
 * The function `absent` of `uv_host_1`.
 *
 * @param memory - returns the instance's memory; called for each system call, since the memory does not exist yet
 * @param note - receives the name
 */
export function absentCall(
  memory: () => Memory,
  abi: Description,
  note: (name: string) => void,
): (at: number, length: number) => number {
  return (at, length) => {
    if (!memory().contains(at, length >>> 0)) return -errnoNumber(abi, 'EFAULT')
    const bytes = memory().view(at, Math.min(length >>> 0, LENGTH))
    // Nothing but a name may be printed.
    note(Array.from(bytes, (byte) => (byte > 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '?')).join(''))
    return -errnoNumber(abi, 'ENOSYS')
  }
}

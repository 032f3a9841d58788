/** The part of WASI preview 1 that a driver answers itself: the standard streams, as streams, and the end of the program. */
import type { Memory } from '../abi/memory.js'

/** The end of a guest by its own wish; thrown through its frames. */
export class GuestExit {
  /** The code it gave. */
  readonly code: number

  /** @param code - 0 to 255 */
  constructor(code: number) {
    this.code = code
  }
}

/** Receives what a guest writes: stream 1 is the output, 2 the errors. The bytes are the receiver's. */
export type OnOutput = (stream: 1 | 2, bytes: Uint8Array) => void

/** Sizes of preview 1's `ciovec`, and the two numbers of it we use. */
const IOVEC_SIZE = 8
const SUCCESS = 0

/** What stands in for a provider's functions. */
export interface StdioOptions {
  readonly memory: () => Memory
  readonly onOutput: OnOutput
  /** The provider's function, for the descriptors that are not standard streams. */
  readonly fdWrite: (fd: number, iovs: number, count: number, written: number) => number
}

/** `fd_write` and `proc_exit` for a guest. */
export function ownStdio({ memory, onOutput, fdWrite }: StdioOptions): WebAssembly.ModuleImports {
  return {
    fd_write: (fd: number, iovs: number, count: number, written: number): number => {
      if (fd !== 1 && fd !== 2) return fdWrite(fd, iovs, count, written)
      const mem = memory()
      let total = 0
      for (let i = 0; i < count; i++) {
        const base = mem.u32(iovs + i * IOVEC_SIZE)
        const length = mem.u32(iovs + i * IOVEC_SIZE + 4)
        if (length > 0) onOutput(fd, mem.heap.slice(base, base + length))
        total += length
      }
      mem.setU32(written, total)
      return SUCCESS
    },
    proc_exit: (code: number): never => {
      throw new GuestExit(code)
    },
  }
}

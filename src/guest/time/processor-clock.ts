/** Processor time of threads of this process, where the operating system tells it: on Linux. */
import { closeSync, openSync, readlinkSync, readSync } from 'node:fs'

/** The number of this thread for {@link ProcessorClock}; -1 where threads have none. */
export function threadNumber(): number {
  try {
    return Number(readlinkSync('/proc/thread-self').split('/').at(-1)) || -1
  } catch {
    return -1
  }
}

/** More than the three numbers that a file of statistics consists of. */
const FILE = 128

const decoder = new TextDecoder()
const buffer = new Uint8Array(FILE)

/** The processor time of one thread. */
export class ProcessorClock {
  readonly #file: number

  private constructor(file: number) {
    this.#file = file
  }

  /** @param thread - from {@link threadNumber} @returns `undefined` where it cannot be measured */
  static of(thread: number): ProcessorClock | undefined {
    if (thread < 0) return undefined
    try {
      const clock = new ProcessorClock(openSync(`/proc/self/task/${thread}/schedstat`, 'r'))
      if (clock.read() !== undefined) return clock
      clock.close()
    } catch {
      // Not Linux, a kernel without these statistics, or a process without permission.
    }
    return undefined
  }

  /** The processor time since the thread was created, in milliseconds; `undefined` if it has ended. */
  read(): number | undefined {
    try {
      const length = readSync(this.#file, buffer, 0, FILE, 0)
      const time = Number.parseInt(decoder.decode(buffer.subarray(0, length)), 10)
      return Number.isNaN(time) ? undefined : time / 1e6
    } catch {
      return undefined
    }
  }

  /** Releases its descriptor. */
  close(): void {
    closeSync(this.#file)
  }
}

import type { Memory } from '../../../abi/memory.js'
import type { HostTerminal, TerminalSettings } from '../../../host/contract/stream.js'
import type { Descriptor, Result } from '../../descriptor.js'
import type { Kernel } from '../../kernel.js'

/** The requests of `uvh_terminal()`; the same as `UVH_TERMINAL_*` in `uv_host.h`. */
const Request = { SIZE: 0, SETTINGS: 1, CHANGE: 2, FLUSH: 3 } as const

/** How many control characters a terminal has: `NCCS`. */
const CHARACTERS = 32

/** The words of the settings: four flags and the control characters. */
const WORDS = 4 + CHARACTERS

/** The requests about terminals. */
export class TerminalCalls {
  readonly #kernel: Kernel
  readonly #memory: Memory

  constructor(kernel: Kernel, memory: Memory) {
    this.#kernel = kernel
    this.#memory = memory
  }

  /** `terminal`. */
  ask(fd: number, request: number, data: number): Result {
    const descriptor: Descriptor | undefined = this.#kernel.get(fd)
    if (descriptor === undefined) return 'EBADF'
    const { terminal } = descriptor
    if (terminal === undefined) return 'ENOTTY'
    if (request === Request.FLUSH) {
      terminal.flush()
      return 0
    }
    const words = request === Request.SIZE ? 2 : WORDS
    if (request < 0 || request > Request.CHANGE) return 'EINVAL'
    if (!this.#memory.contains(data, 4 * words)) return 'EFAULT'
    if (request === Request.SIZE) return this.#size(terminal, data)
    return request === Request.SETTINGS ? this.#settings(terminal, data) : this.#change(terminal, data)
  }

  #size(terminal: HostTerminal, data: number): Result {
    const size = terminal.size()
    if (typeof size === 'string') return size
    this.#memory.setU32(data, size.rows)
    this.#memory.setU32(data + 4, size.columns)
    return 0
  }

  #settings(terminal: HostTerminal, data: number): Result {
    const settings = terminal.settings()
    if (typeof settings === 'string') return settings
    const { input, output, control, local, characters } = settings
    const words = [input, output, control, local, ...characters]
    for (let index = 0; index < WORDS; index++) this.#memory.setU32(data + 4 * index, words[index] ?? 0)
    return 0
  }

  #change(terminal: HostTerminal, data: number): Result {
    const word = (index: number): number => this.#memory.u32(data + 4 * index)
    const settings: TerminalSettings = {
      input: word(0),
      output: word(1),
      control: word(2),
      local: word(3),
      characters: Array.from({ length: CHARACTERS }, (_, index) => word(4 + index) & 0xff),
    }
    return terminal.change(settings) ?? 0
  }
}

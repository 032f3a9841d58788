/**
 * The terminal of a descriptor. Node knows a raw mode and no other settings, so the settings are read and changed by
 * `stty`, which every POSIX system has.
 */
import { closeSync, constants, openSync, readSync } from 'node:fs'
import type { ErrnoName } from '../../base/errno.js'
import type { HostTerminal, TerminalSettings, TerminalSize } from '../contract/stream.js'

/** How long `stty` may take, in ms; it is instantaneous. */
const PATIENCE = 2000

/** The terminal of one descriptor. */
export class DescriptorTerminal implements HostTerminal {
  readonly #fd: number

  /** @param fd - its descriptor, which must be non-blocking */
  constructor(fd: number) {
    this.#fd = fd
  }

  size(): TerminalSize | ErrnoName {
    const size = this.#opened((fd) => {
      const stream = new (process.getBuiltinModule('node:tty').WriteStream)(fd)
      const { columns = 0, rows = 0 } = stream
      stream.destroy()
      return { columns, rows }
    })
    return size ?? 'EIO'
  }

  settings(): TerminalSettings | ErrnoName {
    const text = this.#stty('-g')
    const numbers = text?.trim().split(':').map(fromHex) ?? []
    const [input, output, control, local, ...characters] = numbers
    if (local === undefined || numbers.some(Number.isNaN)) return 'ENOTSUP'
    return { input: input ?? 0, output: output ?? 0, control: control ?? 0, local, characters }
  }

  change({ input, output, control, local, characters }: TerminalSettings): ErrnoName | undefined {
    const text = [input, output, control, local, ...characters].map((number) => (number >>> 0).toString(16)).join(':')
    return this.#stty(text) === undefined ? 'EINVAL' : undefined
  }

  flush(): void {
    const dropped = new Uint8Array(4096)
    try {
      while (readSync(this.#fd, dropped) > 0) {}
    } catch {
      // There is no more.
    }
  }

  #stty(argument: string): string | undefined {
    // The settings of other systems have other numbers, and another form.
    if (process.platform !== 'linux') return undefined
    const { spawnSync } = process.getBuiltinModule('node:child_process')
    const done = this.#opened((fd) =>
      spawnSync('stty', [argument], { stdio: [fd, 'pipe', 'ignore'], encoding: 'utf8', timeout: PATIENCE }),
    )
    return done?.status === 0 ? done.stdout : undefined
  }

  /** Opens the terminal once more: handles and other processes make the descriptor that they are given block. */
  #opened<Result>(use: (fd: number) => Result): Result | undefined {
    try {
      const fd = openSync(`/proc/self/fd/${this.#fd}`, constants.O_RDWR | constants.O_NOCTTY)
      try {
        return use(fd)
      } finally {
        closeSync(fd)
      }
    } catch {
      return undefined
    }
  }
}

function fromHex(text: string): number {
  return /^[0-9a-f]{1,8}$/.test(text) ? Number.parseInt(text, 16) : Number.NaN
}

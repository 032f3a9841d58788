import { fdatasyncSync, fstatSync, fsyncSync, ftruncateSync, readSync, writeSync } from 'node:fs'
import type { ErrnoName } from '../../base/errno.js'
import type { HostFile } from '../contract/stream.js'
import { codeOf, nameOfCode } from './errors.js'

/** The file that a descriptor of the operating system refers to. */
export class DescriptorFile implements HostFile {
  readonly #fd: number

  /** @param fd - the descriptor, which stays its owner's */
  constructor(fd: number) {
    this.#fd = fd
  }

  size(): number {
    return fstatSync(this.#fd).size
  }

  readAt(into: Uint8Array, offset: number): number | ErrnoName {
    return attempt(() => readSync(this.#fd, into, 0, into.length, offset))
  }

  writeAt(bytes: Uint8Array, offset: number): number | ErrnoName {
    return attempt(() => writeSync(this.#fd, bytes, 0, bytes.length, offset))
  }

  resize(size: number): ErrnoName | 0 {
    return attempt(() => done(ftruncateSync(this.#fd, size)))
  }

  sync(onlyData: boolean): ErrnoName | 0 {
    return attempt(() => done(onlyData ? fdatasyncSync(this.#fd) : fsyncSync(this.#fd)))
  }
}

/** Makes a call. @returns its result, or the name of its error */
export function attempt<Result extends number>(call: () => Result): Result | ErrnoName {
  try {
    return call()
  } catch (error) {
    const code = codeOf(error)
    // A quota is a limit of the space.
    return code === 'EDQUOT' ? 'ENOSPC' : nameOfCode(code)
  }
}

function done(_nothing: void): 0 {
  return 0
}

import type { ErrnoName } from '../../base/errno.js'
import type { HostFile } from '../../host/contract/stream.js'
import { FileError, isErrorName } from '../errno.js'
import { FileNode } from './inodes.js'

/** The file that a standard stream is, in no directory of the guest. */
export class StreamNode extends FileNode {
  readonly #file: HostFile

  /** @param file - the host's */
  constructor(file: HostFile) {
    super(0n, 0)
    this.#file = file
  }

  get size(): number {
    return this.#file.size()
  }

  acquire(): void {}

  read(offset: number, target: Uint8Array): number {
    for (let done = 0; ; ) {
      const count = required(this.#file.readAt(target.subarray(done), offset + done))
      done += count
      if (count === 0 || done === target.length) return done
    }
  }

  write(offset: number, pieces: readonly Uint8Array[]): number {
    let done = 0
    for (const piece of pieces) {
      const taken = this.#file.writeAt(piece, offset + done)
      // The next call reports why no more was written.
      if (typeof taken === 'string' && done > 0) return done
      done += required(taken)
      if (taken !== piece.length) return done
    }
    return done
  }

  resize(size: number): void {
    required(this.#file.resize(size))
  }

  override sync(onlyData: boolean): void {
    required(this.#file.sync(onlyData))
  }

  /** A stream is given to be read or written; the rest of the file is its owner's. */
  override setMode(): never {
    throw new FileError('PERM')
  }

  override setTimes(): never {
    throw new FileError('PERM')
  }
}

function required(result: number | ErrnoName): number {
  if (typeof result === 'number') return result
  const name = result.slice(1)
  throw new FileError(isErrorName(name) ? name : 'IO')
}

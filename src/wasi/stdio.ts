/** The standard streams of a guest, as streams. */

import { BufferList } from '../abi/iovec.js'
import { COPY_MAX } from '../abi/limits.js'
import type { Memory } from '../abi/memory.js'
import { concat, NO_BYTES } from '../base/bytes.js'
import { isCall } from '../base/call.js'
import type { WasmImports } from '../base/platform-types.js'
import { Errno } from './errno.js'
import { IOVEC } from './layouts.js'

/**
 * Receives what a guest writes, as it comes: stream 1 is the output, 2 the errors. The bytes are the receiver's. A guest whose
 * receiver returns a promise waits with its next output, at the latest after 64 KiB, until that is settled; one that is pumped
 * cannot wait, and gets EAGAIN from 16 MiB on that wait for such promises. What is thrown ends the guest.
 */
export type OnOutput = (stream: 1 | 2, bytes: Uint8Array) => unknown

/** Whether a receiver's answer is to be waited for. */
export function isPromise(answer: unknown): answer is PromiseLike<unknown> {
  return typeof answer === 'object' && answer !== null && 'then' in answer
}

/** A call that may answer later. */
export type SlowCall = (...values: number[]) => number | Promise<number>

/** The ends of the standard streams. */
export interface Streams {
  /** The next bytes of the standard input, which belong to the caller: none is its end, `undefined` a failure. */
  input(): Uint8Array | undefined | Promise<Uint8Array | undefined>
  /** Takes bytes for stream 1 or 2, which belong to it. */
  output(stream: 1 | 2, bytes: Uint8Array): void | Promise<unknown>
  /** How many bytes of output it takes now, where it cannot let the guest wait until there is room for more. */
  readonly outputRoom?: number
}

/** `fd_read` and `fd_write` for a guest, for its standard streams; other descriptors are files. */
export class Stdio {
  readonly #streams: Streams
  readonly #memory: () => Memory
  readonly #files: WasmImports
  /** The buffers of the present read, which may wait for its bytes. */
  readonly #wanted = new BufferList(IOVEC)
  /** Those of the present write. */
  readonly #given = new BufferList(IOVEC)
  /** Bytes of input that the guest has not read. */
  #rest: Uint8Array = NO_BYTES

  /**
   * @param memory - of the instance; asked at each call, since it does not exist yet
   * @param files - the functions for files
   */
  constructor(streams: Streams, memory: () => Memory, files: WasmImports) {
    this.#streams = streams
    this.#memory = memory
    this.#files = files
  }

  /** See WASI preview 1, `fd_read`. */
  readonly read: SlowCall = (fd = 0, iovs = 0, count = 0, read = 0) => {
    if (fd !== 0) return this.#ofFile('fd_read', fd, iovs, count, read)
    const wrong = this.#check(this.#wanted, iovs, count, read)
    if (wrong !== undefined) return wrong
    if (this.#rest.length > 0 || this.#wanted.total === 0) return this.#fill(read)
    const come = (bytes: Uint8Array | undefined): number => {
      if (bytes === undefined) return Errno.IO
      this.#rest = bytes
      return this.#fill(read)
    }
    const next = this.#streams.input()
    return next instanceof Promise ? next.then(come) : come(next)
  }

  /** See WASI preview 1, `fd_write`. */
  readonly write: SlowCall = (fd = 0, iovs = 0, count = 0, written = 0) => {
    if (fd !== 1 && fd !== 2) return this.#ofFile('fd_write', fd, iovs, count, written)
    const given = this.#given
    const wrong = this.#check(given, iovs, count, written)
    if (wrong !== undefined) return wrong
    const length = Math.min(given.total, this.#streams.outputRoom ?? COPY_MAX, COPY_MAX)
    if (length === 0 && given.total > 0) return Errno.AGAIN
    const done = (): number => {
      this.#memory().setU32(written, length)
      return Errno.SUCCESS
    }
    const taken = length > 0 ? this.#streams.output(fd, concat(given.views(length))) : undefined
    return taken === undefined ? done() : taken.then(done)
  }

  /** Reads the list of a call, and looks at where its result goes. @returns what is wrong */
  #check(list: BufferList, iovs: number, count: number, result: number): number | undefined {
    const total = list.read(this.#memory(), iovs, count)
    if (total === 'EINVAL') return Errno.INVAL
    return total === 'EFAULT' || !this.#memory().contains(result, 4) ? Errno.FAULT : undefined
  }

  /** Moves bytes of the input to the guest. */
  #fill(read: number): number {
    const count = this.#wanted.scatter(this.#rest)
    this.#rest = this.#rest.subarray(count)
    this.#memory().setU32(read, count)
    return Errno.SUCCESS
  }

  #ofFile(name: string, ...values: number[]): number {
    const call = this.#files[name]
    return isCall(call) ? call(...values) : Errno.BADF
  }
}

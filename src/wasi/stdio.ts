/** The standard streams of a guest. */

import { BufferList } from '../abi/iovec.js'
import { COPY_MAX } from '../abi/limits.js'
import type { Memory } from '../abi/memory.js'
import { concat, NO_BYTES } from '../base/bytes.js'
import { isCall } from '../base/call.js'
import type { WasmImports } from '../base/platform-types.js'
import { Errno } from './errno.js'
import { IOVEC } from './layouts.js'

/**
 * Receives a guest's output as it is written: stream 1 is the standard output, 2 the standard error. The bytes belong
 * to the receiver. If the receiver returns a promise, the guest waits until it settles before it writes more, after
 * 64 KiB at the latest. A pumped guest cannot wait: it gets EAGAIN once 16 MiB are waiting for such promises. If the
 * receiver throws, the guest ends.
 */
export type OnOutput = (stream: 1 | 2, bytes: Uint8Array) => unknown

/** Whether the receiver returned a promise to wait for. */
export function isPromise(answer: unknown): answer is PromiseLike<unknown> {
  return typeof answer === 'object' && answer !== null && 'then' in answer
}

/** A call whose answer may come later. */
export type SlowCall = (...values: number[]) => number | Promise<number>

/** What the standard streams of a guest are connected to. */
export interface Streams {
  /** The next bytes of the standard input, which belong to the caller. No bytes mean the end, `undefined` a failure. */
  input(): Uint8Array | undefined | Promise<Uint8Array | undefined>
  /** Takes ownership of bytes that the guest wrote to stream 1 or 2. */
  output(stream: 1 | 2, bytes: Uint8Array): void | Promise<unknown>
  /** How many bytes of output are accepted now, if the guest cannot be made to wait until there is room for more. */
  readonly outputRoom?: number
}

/** `fd_read` and `fd_write` of a guest for its standard streams; other descriptors are files. */
export class Stdio {
  readonly #streams: Streams
  readonly #memory: () => Memory
  readonly #files: WasmImports
  /** The buffers of the current read, which may wait for its bytes. */
  readonly #wanted = new BufferList(IOVEC)
  /** The buffers of the current write. */
  readonly #given = new BufferList(IOVEC)
  /** Bytes of input that the guest has not read. */
  #rest: Uint8Array = NO_BYTES

  /**
   * @param memory - returns the instance's memory; called for each system call, since the memory does not exist yet
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

  /** Reads the buffer list of a call and checks where its result is stored. @returns the error, if any */
  #check(list: BufferList, iovs: number, count: number, result: number): number | undefined {
    const total = list.read(this.#memory(), iovs, count)
    if (total === 'EINVAL') return Errno.INVAL
    return total === 'EFAULT' || !this.#memory().contains(result, 4) ? Errno.FAULT : undefined
  }

  /** Copies bytes of the input to the guest. */
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

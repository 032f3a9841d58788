/** The part of WASI preview 1 that we answer ourselves: the standard streams, as streams, and the end of the program. */
import { isCall } from '../abi/call.js'
import type { Memory } from '../abi/memory.js'
import type { WasmImports } from '../abi/platform-types.js'
import { concat } from '../kernel/outbox.js'

/**
 * Receives what a guest writes, as it comes: stream 1 is the output, 2 the errors. The bytes are the receiver's. A guest whose
 * receiver returns a promise waits with its next output, at the latest after 64 KiB, until that is settled. What is thrown ends
 * the guest.
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
}

/** Numbers and sizes of preview 1. */
const SUCCESS = 0
const BADF = 8
const FAULT = 21
const IO = 29
const IOVEC = 8

/** `fd_read` and `fd_write` for a guest, for its standard streams; other descriptors are files. */
export class Stdio {
  readonly #streams: Streams
  readonly #memory: () => Memory
  readonly #files: WasmImports
  /** Bytes of input that the guest has not read. */
  #rest: Uint8Array = NOTHING

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
    const buffers = this.#buffers(iovs, count)
    if (buffers === undefined) return FAULT
    if (this.#rest.length > 0 || buffers.every(({ length }) => length === 0)) return this.#fill(buffers, read)
    const come = (bytes: Uint8Array | undefined): number => {
      if (bytes === undefined) return IO
      this.#rest = bytes
      return this.#fill(buffers, read)
    }
    const next = this.#streams.input()
    return next instanceof Promise ? next.then(come) : come(next)
  }

  /** See WASI preview 1, `fd_write`. */
  readonly write: SlowCall = (fd = 0, iovs = 0, count = 0, written = 0) => {
    if (fd !== 1 && fd !== 2) return this.#ofFile('fd_write', fd, iovs, count, written)
    const buffers = this.#buffers(iovs, count)
    if (buffers === undefined) return FAULT
    const { heap } = this.#memory()
    const bytes = concat(buffers.map(({ base, length }) => heap.subarray(base, base + length)))
    const done = (): number => {
      this.#memory().setU32(written, bytes.length)
      return SUCCESS
    }
    const taken = bytes.length > 0 ? this.#streams.output(fd, bytes) : undefined
    return taken === undefined ? done() : taken.then(done)
  }

  /** Moves bytes of the input to the guest. */
  #fill(buffers: readonly Buffer[], read: number): number {
    const memory = this.#memory()
    let total = 0
    for (const { base, length } of buffers) {
      const part = this.#rest.subarray(0, length)
      memory.heap.set(part, base)
      this.#rest = this.#rest.subarray(part.length)
      total += part.length
    }
    memory.setU32(read, total)
    return SUCCESS
  }

  /** The buffers of a call; `undefined` when they are not all in memory. */
  #buffers(iovs: number, count: number): Buffer[] | undefined {
    const memory = this.#memory()
    if (!memory.contains(iovs, count * IOVEC)) return undefined
    const buffers = Array.from({ length: count }, (_, index) => {
      const at = iovs + index * IOVEC
      return { base: memory.u32(at), length: memory.u32(at + 4) }
    })
    return buffers.every(({ base, length }) => memory.contains(base, length)) ? buffers : undefined
  }

  #ofFile(name: string, ...values: number[]): number {
    const call = this.#files[name]
    return isCall(call) ? call(...values) : BADF
  }
}

interface Buffer {
  readonly base: number
  readonly length: number
}

const NOTHING = new Uint8Array(0)

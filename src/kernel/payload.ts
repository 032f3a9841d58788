/**
 * Bytes that TypeScript sends and that never enter the module's memory: libuv has the request, the kernel sends the
 * bytes.
 */
import { totalLength } from '../base/bytes.js'

/** Counts the bytes that the requests of one handle still have to send. */
export class WriteQueue {
  /** Bytes not sent yet. */
  size = 0
}

/** The bytes of one request, or those lent to one call. */
export class Payload {
  /** Bytes not sent yet; 0 after {@link Payload.drop}. */
  left: number
  /** All the bytes, as they were given. */
  readonly chunks: readonly Uint8Array[]
  readonly #queue: WriteQueue | undefined
  #index: number
  #offset: number

  /**
   * @param chunks - the bytes, in order; empty chunks are allowed
   * @param queue - counts the bytes of a request. Without one the bytes are lent: they belong to the caller again
   *   when the current call returns, however many of them were sent (`uv_try_write`)
   */
  constructor(chunks: readonly Uint8Array[], queue?: WriteQueue) {
    // Fields are set here: an initializer compiles to a separate function, which engines do not inline.
    this.#queue = queue
    this.#index = 0
    this.#offset = 0
    this.chunks = chunks
    this.left = totalLength(chunks)
    if (queue !== undefined) queue.size += this.left
  }

  /** Whether the bytes are lent. */
  get lent(): boolean {
    return this.#queue === undefined
  }

  /** Gives up the bytes of a failed request. Bytes that were sent or given up already are not counted twice. */
  drop(): void {
    if (this.#queue !== undefined) this.#queue.size -= this.left
    this.left = 0
  }

  /** The next bytes, at most `max`; valid until the next {@link Payload.advance}. */
  peek(max: number): readonly Uint8Array[] {
    if (this.#index === 0 && this.#offset === 0 && this.left <= max) return this.chunks
    const list: Uint8Array[] = []
    let offset = this.#offset
    for (let i = this.#index; max > 0; i++) {
      const chunk = this.chunks[i]
      if (chunk === undefined) break
      const piece = chunk.subarray(offset, Math.min(chunk.length, offset + max))
      list.push(piece)
      max -= piece.length
      offset = 0
    }
    return list
  }

  /** Counts bytes as sent, at most as many as are left. */
  advance(bytes: number): void {
    this.left -= bytes
    if (this.#queue !== undefined) this.#queue.size -= bytes
    if (this.left === 0) return
    this.#offset += bytes
    for (;;) {
      const chunk = this.chunks[this.#index]
      if (chunk === undefined || this.#offset < chunk.length) return
      this.#offset -= chunk.length
      this.#index++
    }
  }
}

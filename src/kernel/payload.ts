/** Bytes that TypeScript wants to send and that never enter the module's memory: libuv has their request, the kernel sends them. */
import { totalLength } from '../base/bytes.js'

/** What the requests of one handle have to send together. */
export class WriteQueue {
  /** Bytes that were not sent yet. */
  size = 0
}

/** The bytes of one request, or those lent to one call. */
export class Payload {
  /** Bytes that were not sent yet; none once it was taken back. */
  left: number
  /** All of them, as they were given. */
  readonly chunks: readonly Uint8Array[]
  readonly #queue: WriteQueue | undefined
  #index: number
  #offset: number

  /**
   * @param chunks - the bytes, in order; empty chunks are allowed
   * @param queue - where a request counts. Without one they are the caller's again when the present call returns,
   *   whatever was sent of them (`uv_try_write`)
   */
  constructor(chunks: readonly Uint8Array[], queue?: WriteQueue) {
    // All fields here: what has an initializer is a function of its own, which engines do not inline.
    this.#queue = queue
    this.#index = 0
    this.#offset = 0
    this.chunks = chunks
    this.left = totalLength(chunks)
    if (queue !== undefined) queue.size += this.left
  }

  /** Whether they are lent. */
  get lent(): boolean {
    return this.#queue === undefined
  }

  /** Takes it back: the request failed. What was sent, or is taken back already, does not matter. */
  drop(): void {
    if (this.#queue !== undefined) this.#queue.size -= this.left
    this.left = 0
  }

  /** What is left, at most `max` bytes of it; valid until the next {@link Payload.advance}. */
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

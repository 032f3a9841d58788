/**
 * Bytes that TypeScript wants to send and that never enter the module's memory: libuv counts them, the kernel sends them. They
 * leave in the order they were put in, because libuv writes a stream's requests in order.
 */
export class Outbox {
  readonly #entries: Payload[] = []
  /**
   * Whether the bytes must be copied before they are sent, since their owner may change them as soon as the call returns
   * (`uv_try_write`).
   */
  lent = false

  /** Appends the bytes of one write request. */
  push(chunks: readonly Uint8Array[]): Payload {
    const payload = new Payload(chunks)
    this.#entries.push(payload)
    return payload
  }

  /** The bytes to be sent next, at most `max` of them; valid until the next {@link Outbox.advance}. */
  peek(max: number): readonly Uint8Array[] {
    return this.#entries[0]?.peek(max) ?? []
  }

  /** Counts `bytes` of the foremost request as sent. */
  advance(bytes: number): void {
    const first = this.#entries[0]
    if (first?.advance(bytes)) this.#entries.shift()
  }

  /** Takes a request back: it failed, or it is over. */
  drop(payload: Payload): void {
    const index = this.#entries.indexOf(payload)
    if (index >= 0) this.#entries.splice(index, 1)
  }
}

/** The bytes of one write request. */
export class Payload {
  readonly #chunks: readonly Uint8Array[]
  #index = 0
  #offset = 0

  /** @param chunks - the bytes, in order; empty chunks are allowed */
  constructor(chunks: readonly Uint8Array[]) {
    this.#chunks = chunks
    this.#skipEmpty()
  }

  /** What is left, at most `max` bytes of it. */
  peek(max: number): readonly Uint8Array[] {
    if (this.#index === 0 && this.#offset === 0 && totalLength(this.#chunks) <= max) return this.#chunks
    const list: Uint8Array[] = []
    let offset = this.#offset
    for (let i = this.#index; max > 0; i++) {
      const chunk = this.#chunks[i]
      if (chunk === undefined) break
      const piece = chunk.subarray(offset, Math.min(chunk.length, offset + max))
      list.push(piece)
      max -= piece.length
      offset = 0
    }
    return list
  }

  /** Counts bytes as sent. @returns whether nothing is left */
  advance(bytes: number): boolean {
    this.#offset += bytes
    this.#skipEmpty()
    return this.#index >= this.#chunks.length
  }

  #skipEmpty(): void {
    for (;;) {
      const chunk = this.#chunks[this.#index]
      if (chunk === undefined || this.#offset < chunk.length) return
      this.#offset -= chunk.length
      this.#index++
    }
  }
}

/** How many bytes the chunks hold together. */
export function totalLength(chunks: readonly Uint8Array[]): number {
  let total = 0
  for (const chunk of chunks) total += chunk.length
  return total
}

/** The chunks' bytes in one buffer of their own. */
export function concat(chunks: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(totalLength(chunks))
  let offset = 0
  for (const chunk of chunks) {
    joined.set(chunk, offset)
    offset += chunk.length
  }
  return joined
}

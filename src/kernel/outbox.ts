/**
 * Bytes that TypeScript wants to send and that never enter the module's memory: libuv counts them, the kernel sends them. They
 * leave in the order they were put in, because libuv writes a stream's requests in order.
 */
export class Outbox {
  /**
   * Bytes that are the caller's again when the present call returns, whatever was sent of them (`uv_try_write`). They are sent in
   * place of the foremost request, which may be one that has failed, and whose callback has not run.
   */
  lent: Payload | undefined
  /** Bytes of all requests that were not sent yet. */
  size = 0
  #first: Payload | undefined
  #last: Payload | undefined

  /** Bytes that are to be sent next: those lent, or what is left of the foremost request; 0 when there is none. */
  get left(): number {
    return (this.lent ?? this.#first)?.left ?? 0
  }

  /** Appends the bytes of one write request. */
  push(chunks: readonly Uint8Array[]): Payload {
    const payload = new Payload(this, chunks)
    payload.previous = this.#last
    if (this.#last === undefined) this.#first = payload
    else this.#last.next = payload
    this.#last = payload
    this.size += payload.left
    return payload
  }

  /** The bytes to be sent next, at most `max` of them; valid until the next {@link Outbox.advance}. */
  peek(max: number): readonly Uint8Array[] {
    return (this.lent ?? this.#first)?.peek(max) ?? []
  }

  /** Counts `bytes` of them as sent, at most as many as are left. */
  advance(bytes: number): void {
    if (this.lent !== undefined) {
      this.lent.advance(bytes)
      return
    }
    const first = this.#first
    if (first === undefined) return
    first.advance(bytes)
    this.size -= bytes
    if (first.left === 0) this.drop(first)
  }

  /** Takes the foremost request back. */
  dropFirst(): void {
    if (this.#first !== undefined) this.drop(this.#first)
  }

  /** Takes a request back: it failed, or it is over. One that is no longer there does not matter. */
  drop(payload: Payload): void {
    const { previous, next } = payload
    if (previous === undefined && payload !== this.#first) return
    if (previous === undefined) this.#first = next
    else previous.next = next
    if (next === undefined) this.#last = previous
    else next.previous = previous
    payload.previous = undefined
    payload.next = undefined
    this.size -= payload.left
  }
}

/** The bytes of one write request. */
export class Payload {
  /** Its neighbours in the outbox. */
  previous: Payload | undefined
  next: Payload | undefined
  /** Bytes that were not sent yet. */
  left: number
  /** All of them, as they were given. */
  readonly chunks: readonly Uint8Array[]
  readonly #outbox: Outbox
  #index: number
  #offset: number

  /** @param chunks - the bytes, in order; empty chunks are allowed */
  constructor(outbox: Outbox, chunks: readonly Uint8Array[]) {
    // All fields here: what has an initializer is a function of its own, which engines do not inline.
    this.previous = undefined
    this.next = undefined
    this.#outbox = outbox
    this.#index = 0
    this.#offset = 0
    this.chunks = chunks
    this.left = totalLength(chunks)
  }

  /** Takes it back: the request failed, or is over. */
  drop(): void {
    this.#outbox.drop(this)
  }

  /** What is left, at most `max` bytes of it. */
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

  /** Counts bytes as sent. */
  advance(bytes: number): void {
    this.left -= bytes
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

/** How many bytes the chunks hold together. */
export function totalLength(chunks: readonly Uint8Array[]): number {
  let total = 0
  // By index, and in `checkBuffers()` too: an iterator is three times as much code, which is run for every message.
  for (let i = 0; i < chunks.length; i++) total += chunks[i]?.length ?? 0
  return total
}

/** The chunks' bytes in one buffer of their own. */
export function concat(chunks: readonly Uint8Array[]): Uint8Array {
  return copyInto(new Uint8Array(totalLength(chunks)), chunks)
}

function copyInto(target: Uint8Array, chunks: readonly Uint8Array[]): Uint8Array {
  let offset = 0
  for (const chunk of chunks) {
    target.set(chunk, offset)
    offset += chunk.length
  }
  return target
}

import type { DenoConn } from './api.js'

/** Up to how many bytes a write is copied, so that it is over at once. */
const COPIED = 16_384

/** How many copied bytes may wait: what an operating system holds at least. */
const KEPT = 65_536

/** Up to how many bytes small writes are sent together. */
const GATHER = 65_536

/**
 * What goes out on one connection. Deno tells a turn later what it has taken, so small writes are copied and count as taken,
 * as an operating system would do it, until there are too many of them; large ones are sent from where they are.
 */
export class DenoOutbox {
  readonly #conn: DenoConn
  /** Called when nothing is left, not within a call. */
  readonly #onEmpty: (drained: boolean) => void
  readonly #onFail: (error: unknown) => void
  #queue: Uint8Array[] = []
  #queued = 0
  /** How many of them are copies; these are the first. */
  #kept = 0
  #sending = false
  /** Somebody waits for bytes that are still theirs. */
  #owed = false

  /** @param onEmpty - called with whether bytes were pending */
  constructor(conn: DenoConn, onEmpty: (drained: boolean) => void, onFail: (error: unknown) => void) {
    this.#conn = conn
    this.#onEmpty = onEmpty
    this.#onFail = onFail
  }

  /** Bytes that are still their owner's. */
  get pending(): number {
    return this.#queued - this.#kept
  }

  /** Bytes that Deno has not taken, copied or not. */
  get left(): number {
    return this.#queued
  }

  /** @returns whether the bytes are their owner's again */
  add(data: Uint8Array): boolean {
    const { length } = data
    const copied = this.pending === 0 && length <= COPIED && this.#kept + length <= KEPT
    if (length === 0) return this.pending === 0
    this.#queued += length
    if (copied) this.#kept += length
    else this.#owed = true
    this.#queue.push(copied ? data.slice() : data)
    if (!this.#sending) this.#send()
    return copied
  }

  /** Forgets what is left. */
  clear(): void {
    this.#queue = []
    this.#queued = this.#kept = 0
  }

  #send(): void {
    this.#sending = true
    this.#conn.write(this.#next()).then(this.#onSent, this.#onRefused)
  }

  /** What is to be sent next. Small ones become one. */
  #next(): Uint8Array {
    const [first = new Uint8Array()] = this.#queue
    if (this.#queue.length < 2 || first.length >= GATHER) return first
    let count = 0
    let size = 0
    for (const data of this.#queue) {
      if (size + data.length > GATHER) break
      size += data.length
      count++
    }
    if (count < 2) return first
    const joined = new Uint8Array(size)
    let offset = 0
    for (const data of this.#queue.splice(0, count)) {
      joined.set(data, offset)
      offset += data.length
    }
    this.#queue.unshift(joined)
    return joined
  }

  readonly #onSent = (sent: number): void => {
    this.#sending = false
    const [first] = this.#queue
    if (first === undefined) return
    if (sent < first.length) this.#queue[0] = first.subarray(sent)
    else this.#queue.shift()
    this.#queued -= sent
    this.#kept -= Math.min(this.#kept, sent)
    if (this.#queued > 0) {
      this.#send()
      return
    }
    const drained = this.#owed
    this.#owed = false
    this.#onEmpty(drained)
  }

  readonly #onRefused = (error: unknown): void => {
    this.#sending = false
    this.clear()
    this.#onFail(error)
  }
}

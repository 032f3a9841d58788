import type { DenoConn } from './api.js'

/** Up to how many bytes a write is copied, so that it is over at once. */
const COPIED = 65_536

/** Blocks of one size. New memory costs Deno 1 us for a KiB, so those that are done with are used again. */
class Blocks {
  readonly size: number
  readonly #most: number
  readonly #spare: Uint8Array[] = []

  /** @param most - how many are kept that nobody uses */
  constructor(size: number, most: number) {
    this.size = size
    this.#most = most
  }

  take(): Uint8Array {
    return this.#spare.pop() ?? new Uint8Array(this.size)
  }

  giveBack(block: Uint8Array): void {
    if (this.#spare.length < this.#most) this.#spare.push(block)
  }
}

/** As much as may wait in copies: less than an operating system holds. */
const large = new Blocks(65_536, 64)

/** For who has little to say, as most have that are many at once. */
const small = new Blocks(8_192, 512)

/**
 * What goes out on one connection. Deno tells a turn later what it has taken, so small writes are copied and count as taken,
 * as an operating system would do it, until their block is full; large ones are sent from where they are.
 */
export class DenoOutbox {
  readonly #conn: DenoConn
  /** Called when nothing is left, not within a call. */
  readonly #onEmpty: (drained: boolean) => void
  readonly #onFail: (error: unknown) => void
  /** The copies, which go first: the bytes from `#start` to `#end`. */
  #block: Uint8Array | undefined
  #start = 0
  #end = 0
  /** What is still its owner's. */
  #queue: Uint8Array[] = []
  #pending = 0
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
    return this.#pending
  }

  /** Bytes that Deno has not taken, copied or not. */
  get left(): number {
    return this.#pending + this.#end - this.#start
  }

  /** @returns whether the bytes are their owner's again */
  add(data: Uint8Array): boolean {
    const { length } = data
    if (length === 0) return this.#pending === 0
    const room = (this.#block?.length ?? COPIED) - this.#end
    const copied = this.#pending === 0 && length <= room
    if (copied) {
      this.#block ??= (length <= small.size / 2 ? small : large).take()
      this.#block.set(data, this.#end)
      this.#end += length
    } else {
      this.#owed = true
      this.#pending += length
      this.#queue.push(data)
    }
    if (!this.#sending) this.#send()
    return copied
  }

  /** Forgets what is left. A block that Deno may still read from is nobody else's. */
  clear(): void {
    this.#queue = []
    this.#block = undefined
    this.#pending = this.#start = this.#end = 0
  }

  #send(): void {
    this.#sending = true
    this.#conn.write(this.#next()).then(this.#onSent, this.#onRefused)
  }

  #next(): Uint8Array {
    return this.#block?.subarray(this.#start, this.#end) ?? this.#queue[0] ?? new Uint8Array()
  }

  readonly #onSent = (sent: number): void => {
    this.#sending = false
    if (this.#block !== undefined) {
      this.#start += sent
      if (this.#start === this.#end) this.#release(this.#block)
    } else {
      const [first] = this.#queue
      if (first === undefined) return
      this.#pending -= sent
      if (sent < first.length) this.#queue[0] = first.subarray(sent)
      else this.#queue.shift()
    }
    if (this.left > 0) {
      this.#send()
      return
    }
    const drained = this.#owed
    this.#owed = false
    this.#onEmpty(drained)
  }

  #release(block: Uint8Array): void {
    const blocks = block.length === small.size ? small : large
    blocks.giveBack(block)
    this.#block = undefined
    this.#start = this.#end = 0
  }

  readonly #onRefused = (error: unknown): void => {
    this.#sending = false
    this.clear()
    this.#onFail(error)
  }
}

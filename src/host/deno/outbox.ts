import { Fifo } from '../fifo.js'
import type { DenoConn } from './api.js'

/** The most that is handed to Deno at once. */
const MOST = 65_536

/** What a connection with little to say hands over at once. */
const LITTLE = 4_096

/** How many blocks of each size lie idle at the most. New memory costs Deno 1 us for a KiB. */
const SPARE = 64

const blocks = new Map<number, Uint8Array[]>([
  [LITTLE, []],
  [MOST, []],
])

const takeBlock = (bytes: number): Uint8Array => {
  const size = bytes <= LITTLE ? LITTLE : MOST
  return blocks.get(size)?.pop() ?? new Uint8Array(size)
}

const giveBack = (block: Uint8Array): void => {
  const spare = blocks.get(block.length)
  if (spare !== undefined && spare.length < SPARE) spare.push(block)
}

/**
 * What goes out on one connection. Deno says a turn later what it has taken, and goes on reading the buffer of a write that is
 * under way when the connection is closed. So it gets copies, a block at a time, and bytes count as taken once it says so.
 */
export class DenoOutbox {
  readonly #conn: DenoConn
  readonly #onEmpty: () => void
  readonly #onFail: (error: unknown) => void
  /** What Deno has not taken, in the writer's own buffers. */
  readonly #queue = new Fifo<Uint8Array>()
  #pending = 0
  /** The copy that Deno is sending. */
  #block: Uint8Array | undefined

  /**
   * @param onEmpty - called when all is taken, not within a call
   * @param onFail - called when a write has failed; nothing is pending then
   */
  constructor(conn: DenoConn, onEmpty: () => void, onFail: (error: unknown) => void) {
    this.#conn = conn
    this.#onEmpty = onEmpty
    this.#onFail = onFail
  }

  /** Bytes that Deno has not said to have taken. */
  get pending(): number {
    return this.#pending
  }

  /** Appends bytes, which stay as they are until they are taken. */
  add(data: Uint8Array): void {
    if (data.length === 0) return
    this.#queue.push(data)
    this.#pending += data.length
    if (this.#block === undefined) this.#send()
  }

  /** Forgets what is left. The block that Deno has is its own until the write is over. */
  clear(): void {
    this.#queue.clear()
    this.#pending = 0
  }

  #send(): void {
    const block = takeBlock(this.#pending)
    let length = 0
    for (const data of this.#queue) {
      const part = data.length <= block.length - length ? data : data.subarray(0, block.length - length)
      block.set(part, length)
      length += part.length
      if (length === block.length) break
    }
    this.#block = block
    this.#conn.write(block.subarray(0, length)).then(this.#onSent, this.#onRefused)
  }

  readonly #onSent = (sent: number): void => {
    this.#release()
    // Cleared meanwhile.
    if (this.#pending === 0) return
    this.#advance(sent)
    if (this.#pending > 0) this.#send()
    else this.#onEmpty()
  }

  readonly #onRefused = (error: unknown): void => {
    this.#release()
    this.clear()
    this.#onFail(error)
  }

  #advance(sent: number): void {
    this.#pending -= sent
    for (let left = sent; left > 0; ) {
      const first = this.#queue.first
      if (first === undefined) return
      if (left < first.length) {
        this.#queue.first = first.subarray(left)
        return
      }
      left -= first.length
      this.#queue.shift()
    }
  }

  #release(): void {
    if (this.#block !== undefined) giveBack(this.#block)
    this.#block = undefined
  }
}

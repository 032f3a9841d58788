import { Fifo } from '../../base/fifo.js'
import { HostError } from '../contract/error.js'
import type { DenoConn } from './api.js'

/** The most that is copied at once. */
const MOST = 65_536

/** From how many bytes on a buffer is sent from where it is, though others follow. */
const LARGE = 16_384

/**
 * Whether the close of a connection ends the write that is under way, so that its buffer is not read any more. Before 2.9.5 Deno
 * went on sending it, and kept the connection until the peer had read it or was gone.
 *
 * @see https://github.com/denoland/deno/pull/36369
 */
const endsWrites = ((): boolean => {
  const [major = 0, minor = 0, patch = 0] = (process.versions.deno ?? '').split('.').map(Number)
  return major * 1e6 + minor * 1e3 + patch >= 2_009_005
})()

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
 * What goes out on one connection, a write of Deno's at a time. Deno says a turn later what it has taken, and bytes count as
 * taken once it says so. Small ones are copied, to be sent together; so is everything where Deno does not let go of a buffer
 * when the connection is closed.
 */
export class DenoOutbox {
  readonly #conn: DenoConn
  readonly #onEmpty: () => void
  readonly #onFail: (error: unknown) => void
  /** What Deno has not taken, in the writer's own buffers. */
  readonly #queue = new Fifo<Uint8Array>()
  #pending = 0
  /** A write is under way. */
  #sending = false
  /** The copy that it sends, where it sends one. */
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
    if (!this.#sending) this.#send()
  }

  /** Forgets what is left. A block that Deno has is its own until the write is over. */
  clear(): void {
    this.#queue.clear()
    this.#pending = 0
  }

  #send(): void {
    this.#sending = true
    const { first } = this.#queue
    const whole = endsWrites && first !== undefined && (first.length >= LARGE || this.#queue.length === 1)
    this.#conn.write(whole ? first : this.#copy()).then(this.#onSent, this.#onRefused)
  }

  /** As much as a block holds. */
  #copy(): Uint8Array {
    const block = takeBlock(this.#pending)
    this.#block = block
    let length = 0
    for (const data of this.#queue) {
      const part = data.length <= block.length - length ? data : data.subarray(0, block.length - length)
      block.set(part, length)
      length += part.length
      if (length === block.length) break
    }
    return block.subarray(0, length)
  }

  readonly #onSent = (sent: number): void => {
    this.#release()
    // Cleared meanwhile.
    if (this.#pending === 0) return
    if (sent === 0) {
      this.#onRefused(new HostError('EFAULT', 'the writer has transferred what was to be sent'))
      return
    }
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
    this.#sending = false
    if (this.#block !== undefined) giveBack(this.#block)
    this.#block = undefined
  }
}

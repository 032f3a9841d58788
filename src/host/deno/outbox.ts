import { Fifo } from '../../base/fifo.js'
import { HostError } from '../contract/error.js'
import type { DenoConn } from './api.js'

/** The maximum number of bytes that are copied at once. */
const MOST = 65_536

/** From this size on, a buffer is sent without a copy even if others follow. */
const LARGE = 16_384

/**
 * Whether closing a connection ends the write in progress, so that its buffer is no longer read. Before 2.9.5, Deno
 * continued to send it, and kept the connection until the peer had read it or was gone.
 *
 * @see https://github.com/denoland/deno/pull/36369
 */
const endsWrites = ((): boolean => {
  const [major = 0, minor = 0, patch = 0] = (process.versions.deno ?? '').split('.').map(Number)
  return major * 1e6 + minor * 1e3 + patch >= 2_009_005
})()

/** The size of the small blocks, for connections that send little. */
const LITTLE = 4_096

/** The maximum number of idle blocks of each size. Allocating memory costs Deno 1 us per KiB. */
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
 * The outgoing data of one connection, sent by one write of Deno at a time. Deno reports later how many bytes it has
 * accepted, and bytes count as accepted only then. Small buffers are copied, to be sent together; on versions of Deno
 * that keep a buffer after the connection is closed, all buffers are copied.
 */
export class DenoOutbox {
  readonly #conn: DenoConn
  readonly #onEmpty: () => void
  readonly #onFail: (error: unknown) => void
  /** The buffers that Deno has not accepted; they belong to the writer. */
  readonly #queue = new Fifo<Uint8Array>()
  #pending = 0
  /** Whether a write is in progress. */
  #sending = false
  /** The copy being sent, if any. */
  #block: Uint8Array | undefined

  /**
   * @param onEmpty - called when all bytes have been accepted, never within a call
   * @param onFail - called when a write has failed; nothing is pending then
   */
  constructor(conn: DenoConn, onEmpty: () => void, onFail: (error: unknown) => void) {
    this.#conn = conn
    this.#onEmpty = onEmpty
    this.#onFail = onFail
  }

  /** The number of bytes that Deno has not reported as accepted. */
  get pending(): number {
    return this.#pending
  }

  /** Appends bytes, which must not change until they are accepted. */
  add(data: Uint8Array): void {
    if (data.length === 0) return
    this.#queue.push(data)
    this.#pending += data.length
    if (!this.#sending) this.#send()
  }

  /** Discards the remaining bytes. A block being written stays in use until the write has completed. */
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

  /** Copies as many bytes as fit into a block. */
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
    // The queue was cleared in the meantime.
    if (this.#pending === 0) return
    if (sent === 0) {
      this.#onRefused(new HostError('EFAULT', 'a buffer was transferred during a pending write'))
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

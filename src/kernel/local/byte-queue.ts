import { copyOf, NO_BYTES } from '../../base/bytes.js'
import { Fifo } from '../../base/fifo.js'

/** Smaller writes are appended to the last piece, like small writes share a page in a Linux pipe. */
export const PAGE = 4096

/** The smallest allocation for bytes that others may follow. */
const LEAST = 64

/** Contiguous bytes in memory that belongs to the queue alone. */
interface Piece {
  bytes: Uint8Array
  start: number
  end: number
}

/**
 * The bytes in a pipe. Their memory is little more than their own size, however small the pieces in which they
 * arrive.
 */
export class ByteQueue {
  readonly #pieces = new Fifo<Piece>()
  #last: Piece | undefined
  #length = 0

  /** Bytes in the queue. */
  get length(): number {
    return this.#length
  }

  /** The number of pieces in the queue; {@link ByteQueue.take} returns one at a time. */
  get pieces(): number {
    return this.#pieces.length
  }

  /** Appends a copy of the bytes. */
  push(bytes: Uint8Array): void {
    if (bytes.length === 0) return
    const last = this.#last
    this.#length += bytes.length
    if (last === undefined || last.end + bytes.length > PAGE) {
      this.#last = { bytes: copyOf(bytes), start: 0, end: bytes.length }
      this.#pieces.push(this.#last)
      return
    }
    const end = last.end + bytes.length
    if (end > last.bytes.length) {
      const larger = new Uint8Array(Math.min(PAGE, Math.max(2 * end, LEAST)))
      larger.set(last.bytes.subarray(0, last.end))
      last.bytes = larger
    }
    last.bytes.set(bytes, last.end)
    last.end = end
  }

  /**
   * Moves bytes into `heap`.
   *
   * @param peek - leave them in the queue
   * @returns how many were moved: as many as there are, up to `length`
   */
  copyTo(heap: Uint8Array, address: number, length: number, peek: boolean): number {
    let done = 0
    if (peek) {
      for (const { bytes, start, end } of this.#pieces) {
        const count = Math.min(end - start, length - done)
        heap.set(bytes.subarray(start, start + count), address + done)
        done += count
        if (done === length) break
      }
      return done
    }
    for (let piece = this.#pieces.first; piece !== undefined && done < length; piece = this.#pieces.first) {
      const count = Math.min(piece.end - piece.start, length - done)
      heap.set(piece.bytes.subarray(piece.start, piece.start + count), address + done)
      done += count
      this.#drop(piece, count)
    }
    return done
  }

  /**
   * Takes the oldest piece, or its first `max` bytes, in memory that belongs to the caller; empty when the queue is
   * empty.
   */
  take(max: number): Uint8Array {
    const piece = this.#pieces.first
    if (piece === undefined) return NO_BYTES
    const { bytes, start, end } = piece
    const whole = end - start <= max
    const taken = whole ? bytes.subarray(start, end) : bytes.slice(start, start + max)
    this.#drop(piece, taken.length)
    return taken
  }

  /** Removes everything. */
  clear(): void {
    this.#pieces.clear()
    this.#last = undefined
    this.#length = 0
  }

  #drop(piece: Piece, count: number): void {
    this.#length -= count
    piece.start += count
    if (piece.start < piece.end) return
    this.#pieces.shift()
    if (piece === this.#last) this.#last = undefined
  }
}

import { ByteDescriptor, type Result } from '../descriptor.js'
import { Poll } from '../readiness.js'

/** The size of the number that a counter is read and written as, in bytes. */
const SIZE = 8

/** The largest value of a 64-bit counter. */
export const LARGEST = 2n ** 64n - 2n

/** A descriptor that is read as one 64-bit number in the byte order of WebAssembly, while that is not 0. */
export abstract class Counter extends ByteDescriptor {
  readonly #view = new DataView(new ArrayBuffer(SIZE))
  /** How many bytes of the number have been taken. */
  #taken = 0

  /** The number that a read returns; 0 while there is none. */
  protected abstract count(): bigint
  /** Notes that the number was read. */
  protected abstract consume(): void

  override get anonymous(): boolean {
    return true
  }

  override readiness(): number {
    return this.count() > 0n ? Poll.IN : 0
  }

  override arrived(wanted: number): Result {
    if (wanted < SIZE) return 'EINVAL'
    const count = this.count()
    if (count === 0n) return 'EAGAIN'
    this.#view.setBigUint64(0, count, true)
    this.#taken = 0
    return SIZE
  }

  override take(heap: Uint8Array, address: number, length: number, peek: boolean): number {
    const part = new Uint8Array(this.#view.buffer, this.#taken, Math.min(length, SIZE - this.#taken))
    heap.set(part, address)
    this.#taken += part.length
    if (this.#taken === SIZE && part.length > 0 && !peek) this.consume()
    return part.length
  }

  override takePayload(): Uint8Array {
    this.consume()
    return new Uint8Array(this.#view.buffer.slice(0))
  }

  override write(_bytes: Uint8Array): Result {
    return 'EINVAL'
  }

  override sendPayload(): Result {
    return 'EFAULT'
  }

  override close(): void {}
}

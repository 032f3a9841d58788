/**
 * The buffer lists of system calls: `struct iovec` of C and `iovec` of WASI. A list is read from the module's memory
 * only once, because it may overlap the buffers that it describes, and all buffers are checked before any byte is
 * moved.
 */
import { NO_BYTES } from '../base/bytes.js'
import { IOV_MAX, SSIZE_MAX } from './limits.js'
import type { Memory } from './memory.js'

/** The layout of a list entry. */
export interface BufferLayout {
  /** The size of an entry, in bytes. */
  readonly size: number
  readonly iov_base: number
  readonly iov_len: number
}

/** The initial capacity in entries; few calls have more. */
const USUAL = 16

/** A buffer list that is reused for each call; it is valid until the next one is read. */
export class BufferList {
  /** The number of buffers; 0 after an error. */
  count = 0
  /** The total length of the buffers, in bytes. */
  total = 0
  /** Whether the only buffer is outside the memory, at or above the `payload` address given to the constructor. */
  beyond = false
  readonly #layout: BufferLayout
  readonly #payload: number
  #memory: Memory | undefined
  /** Base and length of each buffer, alternating. */
  #entries = new Uint32Array(2 * USUAL)

  /**
   * @param layout - the layout of an entry
   * @param payload - from this address on, a base outside the memory refers to bytes that are kept elsewhere; by
   *   default there is no such address
   */
  constructor(layout: BufferLayout, payload = Number.POSITIVE_INFINITY) {
    this.#layout = layout
    this.#payload = payload
  }

  /**
   * Reads a list.
   *
   * @param memory - the memory that contains the list
   * @param at - the address of the list
   * @param count - the number of entries that the guest claims
   * @returns the total length of the buffers in bytes, at most {@link SSIZE_MAX}; EINVAL when there are too many
   *   buffers, they are too long, or a buffer outside the memory is not the only one; EFAULT when the list or a
   *   buffer is not in memory
   */
  read(memory: Memory, at: number, count: number): number | 'EINVAL' | 'EFAULT' {
    const { size, iov_base, iov_len } = this.#layout
    this.count = 0
    this.total = 0
    this.beyond = false
    if (count < 0 || count > IOV_MAX) return 'EINVAL'
    if (!memory.contains(at, count * size)) return 'EFAULT'
    if (2 * count > this.#entries.length) this.#entries = new Uint32Array(2 * IOV_MAX)
    const entries = this.#entries
    let total = 0
    for (let index = 0; index < count; index++) {
      const entry = at + index * size
      const base = memory.u32(entry + iov_base)
      const length = memory.u32(entry + iov_len)
      total += length
      if (total > SSIZE_MAX) return 'EINVAL'
      if (base >= this.#payload && base >= memory.size) {
        if (count > 1) return 'EINVAL'
        this.beyond = true
      } else if (!memory.contains(base, length)) return 'EFAULT'
      entries[2 * index] = base
      entries[2 * index + 1] = length
    }
    this.count = count
    this.total = total
    this.#memory = memory
    return total
  }

  /** Drops the reference to the memory of the list that was read last. */
  forget(): void {
    this.count = 0
    this.#memory = undefined
  }

  /** The address of a buffer. */
  base(index: number): number {
    return this.#entries[2 * index] ?? 0
  }

  /** The length of a buffer, in bytes. */
  length(index: number): number {
    return this.#entries[2 * index + 1] ?? 0
  }

  /**
   * The buffers as views of the memory, valid until it grows.
   *
   * @param max - the maximum number of bytes; all by default
   * @param from - the number of bytes to skip at the front
   */
  views(max = this.total, from = 0): Uint8Array[] {
    const list: Uint8Array[] = []
    const heap = this.#heap()
    let skip = from
    let left = max
    for (let index = 0; index < this.count && left > 0; index++) {
      const base = this.base(index) + skip
      const length = Math.min(this.length(index) - skip, left)
      skip = Math.max(0, -length)
      if (length <= 0) continue
      list.push(heap.subarray(base, base + length))
      left -= length
    }
    return list
  }

  /** Fills `target` with the first bytes of the buffers, which must hold at least as many. */
  gather(target: Uint8Array): void {
    const heap = this.#heap()
    for (let done = 0, index = 0; done < target.length; index++) {
      const base = this.base(index)
      const length = Math.min(this.length(index), target.length - done)
      target.set(heap.subarray(base, base + length), done)
      done += length
    }
  }

  /** Distributes bytes over the buffers until either runs out. @returns the number of bytes copied */
  scatter(bytes: Uint8Array): number {
    const heap = this.#heap()
    let done = 0
    for (let index = 0; index < this.count && done < bytes.length; index++) {
      const length = Math.min(this.length(index), bytes.length - done)
      if (length === 0) continue
      heap.set(done === 0 && length === bytes.length ? bytes : bytes.subarray(done, done + length), this.base(index))
      done += length
    }
    return done
  }

  // A method, not a getter: engines do not inline private getters.
  #heap(): Uint8Array {
    return this.#memory?.heap ?? NO_BYTES
  }
}

/**
 * The buffers of one call, `struct iovec` of C and `iovec` of WASI: the list is read once from the memory of the module, which
 * may lie in the very buffers that it names, and every buffer is checked before a byte moves.
 */
import { NO_BYTES } from '../base/bytes.js'
import { IOV_MAX, SSIZE_MAX } from './limits.js'
import type { Memory } from './memory.js'

/** Where a list has what. */
export interface BufferLayout {
  /** Bytes of an entry. */
  readonly size: number
  readonly iov_base: number
  readonly iov_len: number
}

/** How many entries there is room for before more is made: few calls have so many. */
const USUAL = 16

/** A list that is used again for each call; it is valid until the next one is read. */
export class BufferList {
  /** How many buffers there are; none after an error. */
  count = 0
  /** How many bytes they hold together. */
  total = 0
  /** Whether the only one lies beyond all memory, from the address on that the constructor was given. */
  beyond = false
  readonly #layout: BufferLayout
  readonly #payload: number
  #memory: Memory | undefined
  /** Base and length, in turn. */
  #entries = new Uint32Array(2 * USUAL)

  /**
   * @param layout - of an entry
   * @param payload - from where on an address that is in no memory means bytes which are kept elsewhere; nowhere by default
   */
  constructor(layout: BufferLayout, payload = Number.POSITIVE_INFINITY) {
    this.#layout = layout
    this.#payload = payload
  }

  /**
   * Reads a list.
   *
   * @param memory - where it is
   * @param at - its address
   * @param count - how many entries it says to have
   * @returns how many bytes the buffers hold together, at most {@link SSIZE_MAX}; EINVAL when the buffers are too many or too
   *   long, or one that lies beyond all memory is not alone; EFAULT when something is not in memory
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

  /** Where a buffer begins. */
  base(index: number): number {
    return this.#entries[2 * index] ?? 0
  }

  /** Bytes of a buffer. */
  length(index: number): number {
    return this.#entries[2 * index + 1] ?? 0
  }

  /**
   * The buffers as they lie in memory, valid until it grows.
   *
   * @param max - how many bytes at most, from the front; all by default
   * @param from - how many bytes at the front are left out
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

  /** Copies the first bytes of the buffers, as many as `target` has room for; there must be as many. */
  gather(target: Uint8Array): void {
    const heap = this.#heap()
    for (let done = 0, index = 0; done < target.length; index++) {
      const base = this.base(index)
      const length = Math.min(this.length(index), target.length - done)
      target.set(heap.subarray(base, base + length), done)
      done += length
    }
  }

  /** Spreads bytes over the buffers, as far as they go. @returns how many found room */
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

/**
 * `readv()` and `writev()`: bytes between a descriptor and the buffers of a guest, or past its memory (`UVH_PAYLOAD`). All
 * buffers are looked at before a byte moves, so that a wrong one costs nothing.
 */
import type { Description } from '../abi/description.js'
import type { Memory } from '../abi/memory.js'
import { Buffers } from './buffers.js'
import type { ByteDescriptor, Result } from './descriptor.js'
import type { Kernel } from './kernel.js'

/** How many buffers a call takes, as on Linux. */
const IOV_MAX = 1024

/** How many bytes a call takes: its answer is an `int`. */
const BYTES_MAX = 0x7fff_ffff

/** Up to how many bytes a copy costs no more than to ask the outside what it takes of them as they are. */
const LARGE = 65_536

/** Reads and writes for one module's memory. */
export class Transfer {
  readonly #kernel: Kernel
  readonly #memory: Memory
  readonly #layout: Description['layout']['iovec']
  readonly #payload: number
  readonly #buffers = new Buffers()

  /**
   * @param kernel - keeps what was read and did not go to memory
   * @param abi - has the layout of an iovec
   * @param memory - the module's memory
   */
  constructor(kernel: Kernel, abi: Description, memory: Memory) {
    this.#kernel = kernel
    this.#memory = memory
    this.#layout = abi.layout.iovec
    this.#payload = abi.constants.UVH_PAYLOAD
  }

  /**
   * Receives into the buffers, in order.
   *
   * @param peek - leave the bytes where they are; into one buffer only
   */
  read(from: ByteDescriptor, bufs: number, nbufs: number, peek: boolean): Result {
    if (from.access === 'write') return 'EBADF'
    const wanted = this.measure(bufs, nbufs)
    // Who asks for nothing gets it, whatever happened to the descriptor: that is how Linux reads.
    if (typeof wanted === 'string' || wanted === 0) return wanted
    const past = this.isPayload(bufs)
    if (peek && (past || nbufs > 1)) return 'EINVAL'
    const arrived = from.arrived()
    if (typeof arrived === 'string' || arrived === 0) return arrived
    if (past) {
      this.#kernel.payload = from.takePayload(wanted)
      return this.#kernel.payload.length
    }
    let done = 0
    for (let at = bufs; done < arrived && at < bufs + nbufs * this.#layout.size; at += this.#layout.size) {
      done += from.take(this.#memory.heap, this.base(at), this.#length(at), peek)
    }
    return done
  }

  /** Sends the buffers' bytes, in order, as far as there is room for them. */
  write(to: ByteDescriptor, bufs: number, nbufs: number): Result {
    if (to.access === 'read') return 'EBADF'
    const wanted = this.measure(bufs, nbufs)
    if (typeof wanted === 'string' || nbufs === 0) return wanted
    if (this.isPayload(bufs)) return to.sendPayload(wanted)
    const count = to.room(wanted)
    if (typeof count === 'string' || count === 0) return count
    if (wanted > LARGE) {
      const taken = to.offer(this.#views(bufs, nbufs))
      if (taken > 0) return taken
    }
    const inOnePiece = this.#length(bufs) >= count
    if (inOnePiece && to.copies) {
      const first = this.base(bufs)
      to.send(this.#memory.heap.subarray(first, first + count))
      return count
    }
    const bytes = this.#buffers.take(count)
    this.#gatherInto(bytes, bufs)
    if (to.send(bytes)) this.#buffers.giveBack(bytes)
    return count
  }

  /**
   * Looks at all buffers.
   *
   * @returns how many bytes they hold together; EINVAL when they are too many, too long, or a payload is not alone; EFAULT
   */
  measure(bufs: number, nbufs: number): Result {
    const { size } = this.#layout
    if (nbufs < 0 || nbufs > IOV_MAX) return 'EINVAL'
    if (!this.#memory.contains(bufs, nbufs * size)) return 'EFAULT'
    let total = 0
    for (let at = bufs; at < bufs + nbufs * size; at += size) {
      const length = this.#length(at)
      total += length
      if (total > BYTES_MAX) return 'EINVAL'
      if (this.isPayload(at)) {
        if (nbufs > 1) return 'EINVAL'
      } else if (!this.#memory.contains(this.base(at), length)) return 'EFAULT'
    }
    return total
  }

  /** The first `count` bytes of the buffers, in one of their own: what is written leaves as one piece. */
  gather(bufs: number, count: number): Uint8Array {
    const bytes = new Uint8Array(count)
    this.#gatherInto(bytes, bufs)
    return bytes
  }

  /** The buffers as they are; valid until the memory grows. */
  #views(bufs: number, nbufs: number): readonly Uint8Array[] {
    const { heap } = this.#memory
    const list: Uint8Array[] = []
    for (let at = bufs; list.length < nbufs; at += this.#layout.size) {
      list.push(heap.subarray(this.base(at), this.base(at) + this.#length(at)))
    }
    return list
  }

  #gatherInto(bytes: Uint8Array, bufs: number): void {
    const { heap } = this.#memory
    for (let done = 0, at = bufs; done < bytes.length; at += this.#layout.size) {
      const base = this.base(at)
      const length = Math.min(this.#length(at), bytes.length - done)
      bytes.set(heap.subarray(base, base + length), done)
      done += length
    }
  }

  /** Spreads bytes over the buffers, as far as they go. */
  scatter(bytes: Uint8Array, bufs: number, nbufs: number): void {
    let done = 0
    for (let at = bufs; done < bytes.length && at < bufs + nbufs * this.#layout.size; at += this.#layout.size) {
      const count = Math.min(this.#length(at), bytes.length - done)
      this.#memory.setBytes(
        this.base(at),
        done === 0 && count === bytes.length ? bytes : bytes.subarray(done, done + count),
      )
      done += count
    }
  }

  /** Whether the buffer at `at` lies beyond all memory. */
  isPayload(at: number): boolean {
    return this.base(at) >= this.#payload
  }

  /** Where the buffer at `at` begins. */
  base(at: number): number {
    return this.#memory.u32(at + this.#layout.iov_base)
  }

  #length(at: number): number {
    return this.#memory.u32(at + this.#layout.iov_len)
  }
}

/**
 * `readv()` and `writev()`: bytes between a descriptor and the buffers of a guest, or past its memory (`UVH_PAYLOAD`). All
 * buffers are looked at before a byte moves, so that a wrong one costs nothing.
 */
import { BufferList } from '../abi/buffer-list.js'
import type { Description } from '../abi/description.js'
import type { Memory } from '../abi/memory.js'
import { Buffers } from './buffers.js'
import type { ByteDescriptor, Result } from './descriptor.js'
import type { Kernel } from './kernel.js'

/** Up to how many bytes a copy costs no more than to ask the outside what it takes of them as they are. */
const LARGE = 65_536

/** Reads and writes for one module's memory. */
export class Transfer {
  readonly #kernel: Kernel
  readonly #memory: Memory
  /** The buffers of the present call. */
  readonly #list: BufferList
  readonly #buffers = new Buffers()

  /**
   * @param kernel - keeps what was read and did not go to memory
   * @param abi - has the layout of an iovec
   * @param memory - the module's memory
   */
  constructor(kernel: Kernel, abi: Description, memory: Memory) {
    this.#kernel = kernel
    this.#memory = memory
    this.#list = new BufferList(abi.layout.iovec, abi.constants.UVH_PAYLOAD)
  }

  /**
   * Receives into the buffers, in order.
   *
   * @param peek - leave the bytes where they are; into one buffer only
   */
  read(from: ByteDescriptor, bufs: number, nbufs: number, peek: boolean): Result {
    if (from.access === 'write') return 'EBADF'
    const list = this.#list
    const wanted = list.read(this.#memory, bufs, nbufs)
    // Who asks for nothing gets it, whatever happened to the descriptor: that is how Linux reads.
    if (typeof wanted === 'string' || wanted === 0) return wanted
    if (peek && (list.beyond || nbufs > 1)) return 'EINVAL'
    const arrived = from.arrived()
    if (typeof arrived === 'string' || arrived === 0) return arrived
    if (list.beyond) {
      this.#kernel.payload = from.takePayload(wanted)
      return this.#kernel.payload.length
    }
    let done = 0
    for (let index = 0; done < arrived && index < nbufs; index++) {
      done += from.take(this.#memory.heap, list.base(index), list.length(index), peek)
    }
    return done
  }

  /** Sends the buffers' bytes, in order, as far as there is room for them. */
  write(to: ByteDescriptor, bufs: number, nbufs: number): Result {
    if (to.access === 'read') return 'EBADF'
    const list = this.#list
    const wanted = list.read(this.#memory, bufs, nbufs)
    if (typeof wanted === 'string' || nbufs === 0) return wanted
    if (list.beyond) return to.sendPayload(wanted)
    const count = to.room(wanted)
    if (typeof count === 'string' || count === 0) return count
    if (wanted > LARGE) {
      const taken = to.offer(list.views())
      if (taken > 0) return taken
    }
    const inOnePiece = list.length(0) >= count
    if (inOnePiece && to.copies) {
      const first = list.base(0)
      to.send(this.#memory.heap.subarray(first, first + count))
      return count
    }
    const bytes = this.#buffers.take(count)
    list.gather(bytes)
    if (to.send(bytes)) this.#buffers.giveBack(bytes)
    return count
  }
}

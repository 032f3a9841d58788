/**
 * A receiver that uses its chunks in all ways that an owner may, and checks that this does not affect other chunks.
 */
import { MARKER, type Pattern } from './pattern.js'
import type { Random } from './random.js'
import { transferAway } from './transfer.js'

/** The number of chunks that are kept at a time. */
const KEPT = 40

/** A source of chunks, which takes them back. */
export interface Bringer {
  recycle(chunk: Uint8Array): void
}

/** A chunk, and the bytes that it must have as long as it is kept. */
interface Kept {
  readonly by: Bringer
  readonly chunk: Uint8Array
  readonly from: number
  readonly pattern: Pattern
}

/** A receiver that keeps, transfers, recycles and overwrites its chunks at random. */
export class ChunkOwner {
  readonly #random: Random
  readonly #kept: Kept[] = []
  /** Chunks that were recycled or transferred. */
  readonly #past: Uint8Array[] = []
  readonly #received = new Map<Bringer, number>()
  /** Memory that has been delivered. */
  readonly #seen = new WeakSet<ArrayBufferLike>()
  readonly #faults: string[] = []

  constructor(random: Random) {
    this.#random = random
  }

  /** Takes a chunk that was just delivered. @param pattern - all bytes of its source */
  take(by: Bringer, chunk: Uint8Array, pattern: Pattern): void {
    const from = this.received(by)
    this.#received.set(by, from + chunk.length)
    if (this.#seen.has(chunk.buffer)) this.#faults.push('two chunks have the same memory')
    this.#seen.add(chunk.buffer)
    const kept = { by, chunk, from, pattern }
    this.#check(kept)
    if (this.#random.chance(0.3)) this.#dispose(kept)
    else this.#kept.push(kept)
    while (this.#kept.length > KEPT) {
      const [old] = this.#kept.splice(this.#random.int(0, this.#kept.length - 1), 1)
      if (old === undefined) return
      this.#check(old)
      this.#dispose(old)
    }
  }

  /** The number of bytes that a source has delivered. */
  received(by: Bringer): number {
    return this.#received.get(by) ?? 0
  }

  /** Checks the kept chunks. @returns all faults */
  faults(): readonly string[] {
    for (const kept of this.#kept.splice(0)) this.#check(kept)
    return this.#faults
  }

  #check({ chunk, from, pattern }: Kept): void {
    const fault = pattern.fault(chunk, from)
    if (fault !== undefined) this.#faults.push(fault)
  }

  /** Uses a chunk for the last time, in a way that its owner may. */
  #dispose(kept: Kept): void {
    const { by, chunk } = kept
    const recycle = (given: Uint8Array): void => by.recycle(given)
    switch (this.#random.int(0, 8)) {
      case 0:
        this.#kept.push({ ...kept, chunk: transferAway(chunk) })
        break
      case 1:
        this.#kept.push({ ...kept, chunk: transferAway(chunk) })
        recycle(chunk)
        break
      case 2:
        recycle(transferAway(chunk))
        break
      case 3:
        recycle(chunk)
        recycle(chunk)
        break
      case 4:
        recycle(chunk)
        // If the host did not reuse it, it still has its memory.
        if (chunk.length > 0) this.#kept.push({ ...kept, chunk: transferAway(chunk) })
        break
      case 5:
        recycle(chunk.subarray())
        recycle(new Uint8Array(chunk.buffer))
        this.#kept.push(kept)
        // It is still kept.
        return
      case 6:
        recycle(this.#past[this.#random.int(0, this.#past.length)] ?? new Uint8Array(65_536))
        break
      default:
        chunk.fill(MARKER)
        recycle(chunk)
    }
    this.#past.push(chunk)
    if (this.#past.length > KEPT) this.#past.shift()
  }
}

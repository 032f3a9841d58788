/**
 * A receiver that does with its chunks whatever their owner may do, and finds out whether another one suffers from it.
 */
import { MARKER, type Pattern } from './pattern.js'
import type { Random } from './random.js'
import { transferAway } from './transfer.js'

/** How many chunks are kept at a time. */
const KEPT = 40

/** What brings chunks, and takes them back. */
export interface Bringer {
  recycle(chunk: Uint8Array): void
}

/** A chunk, and what must be in it as long as it is kept. */
interface Kept {
  readonly by: Bringer
  readonly chunk: Uint8Array
  readonly from: number
  readonly pattern: Pattern
}

/** See the top of the file. */
export class ChunkOwner {
  readonly #random: Random
  readonly #kept: Kept[] = []
  /** Chunks that are over, one way or the other. */
  readonly #past: Uint8Array[] = []
  readonly #received = new Map<Bringer, number>()
  /** Memory that has been delivered. */
  readonly #seen = new WeakSet<ArrayBufferLike>()
  readonly #faults: string[] = []

  constructor(random: Random) {
    this.#random = random
  }

  /** Takes what has just come, and is not anybody else's. @param pattern - all that its bringer brings */
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

  /** How many bytes it has brought. */
  received(by: Bringer): number {
    return this.#received.get(by) ?? 0
  }

  /** What went wrong, looking at all that is still kept. */
  faults(): readonly string[] {
    for (const kept of this.#kept.splice(0)) this.#check(kept)
    return this.#faults
  }

  #check({ chunk, from, pattern }: Kept): void {
    const fault = pattern.fault(chunk, from)
    if (fault !== undefined) this.#faults.push(fault)
  }

  /** Does with a chunk what its owner may do. */
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
        // Where it was of no use to the host it has its memory still.
        if (chunk.length > 0) this.#kept.push({ ...kept, chunk: transferAway(chunk) })
        break
      case 5:
        recycle(chunk.subarray())
        recycle(new Uint8Array(chunk.buffer))
        this.#kept.push(kept)
        // Not over yet.
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

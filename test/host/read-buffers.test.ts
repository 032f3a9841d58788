import { expect, test } from '@jest/globals'
import { newBuffer, ReadBuffers, ReadPool } from '../../src/host/node/read-buffers.js'
import { seeded } from '../support/random.js'

/** Reads as Node does: into the buffer it was last given. */
class Reader {
  readonly #buffers: ReadBuffers
  #target: Uint8Array
  #count = 0

  constructor(pool: ReadPool, first = newBuffer()) {
    this.#buffers = new ReadBuffers(pool, first)
    this.#target = first
  }

  /** Room that a read finds. */
  get room(): number {
    return this.#target.length
  }

  /** Gives a chunk back. */
  recycle(chunk: Uint8Array): void {
    this.#buffers.recycle(chunk)
  }

  /** @param keep - whether the receiver keeps the chunk; else it gives it back at once, as who copies */
  read(length: number, keep = true): { chunk: Uint8Array; wanted: Uint8Array } {
    const wanted = Uint8Array.from({ length }, () => this.#count++ & 0xff)
    this.#target.set(wanted)
    const chunk = this.#buffers.take(length)
    if (!keep) this.#buffers.recycle(chunk)
    this.#target = this.#buffers.next(length) ?? this.#target
    return { chunk, wanted }
  }
}

test('what was passed on stays as it is, whatever is read after it by whom', () => {
  const pool = new ReadPool()
  const readers = [new Reader(pool), new Reader(pool)]
  const lengths = [1, 64, 4_095, 4_097, 16_383, 16_384, 16_384, 16_384, 30_000, 65_536, 65_536, 20_000, 5, 8_191]
  const seen = lengths.flatMap((length) => readers.map((reader) => reader.read(Math.min(length, reader.room))))
  for (const { chunk, wanted } of seen) expect(Buffer.compare(chunk, wanted)).toBe(0)
})

test('a stream is not copied, and a quiet connection gives its buffer back', () => {
  const pool = new ReadPool()
  const reader = new Reader(pool)
  reader.read(16_384)
  const buffers = Array.from({ length: 4 }, () => reader.read(16_384).chunk.buffer)
  // As long as another large read fits.
  expect(buffers.map((buffer) => buffer === buffers[0])).toEqual([true, true, true, true])
  expect(reader.read(16_384).chunk.buffer).not.toBe(buffers[0])
  reader.read(10)
  expect(buffers).not.toContain(reader.read(10).chunk.buffer)
})

test('a first buffer that is filled is followed by a larger one', () => {
  const reader = new Reader(new ReadPool(), newBuffer(4_096))
  const rooms = [100, 4_096, 4_096, 65_536 - 4_096, 4_096, 100, 100].map((length) => {
    reader.read(length)
    return reader.room
  })
  expect(rooms).toEqual([4_096, 65_536, 61_440, 65_536, 61_440, 4_096, 4_096])
})

test('small chunks share a small buffer', () => {
  const reader = new Reader(new ReadPool())
  const chunks = Array.from({ length: 10 }, () => reader.read(64).chunk)
  expect(new Set(chunks.map(({ buffer }) => buffer)).size).toBe(1)
  expect(chunks[0]?.buffer.byteLength).toBe(8_192)
})

test('a buffer whose parts have all come back is read into again', () => {
  const reader = new Reader(new ReadPool())
  reader.read(16_384)
  const read = (keep: boolean): ArrayBufferLike => reader.read(Math.min(65_536, reader.room), keep).chunk.buffer
  const buffers = [read(false), read(false), read(true), read(false)]
  expect(buffers.map((buffer) => buffers.indexOf(buffer))).toEqual([0, 0, 0, 3])
})

test('what is no part of a buffer, or back already, frees nothing', () => {
  const reader = new Reader(new ReadPool())
  reader.read(16_384)
  const kept = reader.read(16_384)
  const { chunk } = reader.read(16_384)
  for (const wrong of [chunk, chunk, kept.chunk.subarray(), new Uint8Array(kept.chunk.buffer)]) reader.recycle(wrong)
  for (let count = 0; count < 10; count++) reader.read(16_384)
  expect(Buffer.compare(kept.chunk, kept.wanted)).toBe(0)
})

test('what was kept stays as it is, whatever others gave back', () => {
  const random = seeded('recycle')
  const pool = new ReadPool()
  const readers = [new Reader(pool), new Reader(pool), new Reader(pool)] as const
  const kept: { reader: Reader; chunk: Uint8Array; wanted: Uint8Array }[] = []
  for (let step = 0; step < 3_000; step++) {
    const reader = random.pick(readers)
    const length = random.int(1, random.chance(0.5) ? 100 : reader.room)
    const keep = random.chance(0.3)
    const { chunk, wanted } = reader.read(length, keep)
    if (keep) kept.push({ reader, chunk, wanted })
    if (kept.length > 20) {
      const [old] = kept.splice(random.int(0, kept.length - 1), 1)
      if (old === undefined) break
      expect(Buffer.compare(old.chunk, old.wanted)).toBe(0)
      old.reader.recycle(old.chunk)
    }
  }
  expect(kept.length).toBeGreaterThan(0)
})

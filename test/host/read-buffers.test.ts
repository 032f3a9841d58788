import { expect, test } from '@jest/globals'
import { LARGE_READ, newBuffer, ReadBuffers, ReadPool } from '../../src/host/common/read-buffers.js'
import { seeded } from '../support/random.js'
import { transferAway } from '../support/transfer.js'

/** Reads like Node: into the buffer that it was given last. */
class Reader {
  readonly #pool: ReadPool
  readonly #buffers: ReadBuffers
  #count = 0

  constructor(pool: ReadPool, shared = newBuffer()) {
    this.#pool = pool
    this.#buffers = new ReadBuffers(pool, shared)
  }

  /** Bytes that the next read can take. */
  get room(): number {
    return this.#buffers.into.length
  }

  /** The memory that the next read goes to. */
  get target(): ArrayBufferLike {
    return this.#buffers.into.buffer
  }

  /** Gives a chunk back. */
  recycle(chunk: Uint8Array): void {
    this.#pool.recycle(chunk)
  }

  /** @param length - cut to the room there is */
  read(length: number): { chunk: Uint8Array; wanted: Uint8Array } {
    const wanted = Uint8Array.from({ length: Math.min(length, this.room) }, () => this.#count++ & 0xff)
    this.#buffers.into.set(wanted)
    return { chunk: this.#buffers.take(wanted.length), wanted }
  }

  /** Reads until it has a buffer of its own, and passes that buffer on. */
  readOwn(length = LARGE_READ): { chunk: Uint8Array; wanted: Uint8Array } {
    this.read(LARGE_READ)
    return this.read(length)
  }
}

const LENGTHS = [1, 64, 4_095, 4_097, 16_383, 16_384, 16_384, 16_384, 30_000, 65_536, 65_536, 20_000, 5, 8_191]

test('a chunk does not change when any connection reads more', () => {
  const pool = new ReadPool()
  const shared = newBuffer()
  const readers = [new Reader(pool, shared), new Reader(pool, shared)]
  const seen = LENGTHS.flatMap((length) => readers.map((reader) => reader.read(length)))
  for (const { chunk, wanted } of seen) expect(Buffer.compare(chunk, wanted)).toBe(0)
})

test('each chunk has memory of its own that no later read uses', () => {
  const pool = new ReadPool()
  const shared = newBuffer()
  const readers = [new Reader(pool, shared), new Reader(pool, shared), new Reader(pool, newBuffer(4_096))]
  const seen = new Set<ArrayBufferLike>()
  for (const length of LENGTHS) {
    for (const reader of readers) {
      const { chunk } = reader.read(length)
      expect(seen.has(chunk.buffer)).toBe(false)
      seen.add(chunk.buffer)
      for (const { target } of readers) expect(seen.has(target)).toBe(false)
    }
  }
})

test('large reads are not copied, and a quiet connection has no buffer of its own', () => {
  const shared = newBuffer()
  const reader = new Reader(new ReadPool(), shared)
  expect(reader.target).toBe(shared.buffer)
  reader.read(LARGE_READ)
  for (const length of [LARGE_READ, 65_536, 65_536, 20_000]) {
    const { target } = reader
    expect(target).not.toBe(shared.buffer)
    expect(reader.read(length).chunk.buffer).toBe(target)
  }
  reader.read(10)
  expect(reader.target).toBe(shared.buffer)
})

test('the size of the buffer follows the sizes of the reads', () => {
  const reader = new Reader(new ReadPool(), newBuffer(4_096))
  const rooms = [100, 4_096, 65_536, 20_000, 16_384, 16_384, 100, 4_096, 10_000, 100].map((length) => {
    reader.read(length)
    return reader.room
  })
  // A message size that repeats does not fill its buffer.
  expect(rooms).toEqual([4_096, 65_536, 65_536, 33_792, 17_408, 17_408, 4_096, 65_536, 65_536, 4_096])
})

test('a recycled chunk is detached, and its memory is used again', () => {
  const reader = new Reader(new ReadPool())
  const { chunk } = reader.readOwn()
  reader.recycle(chunk)
  expect([chunk.length, chunk.buffer.byteLength]).toEqual([0, 0])
  const pool = new ReadPool()
  const other = new Reader(pool)
  const held = other.readOwn().chunk
  const mark = held.slice(0, 16)
  pool.recycle(held)
  // This is the spare buffer of this size, not a new one: it still has the old bytes.
  expect(pool.fresh(LARGE_READ).subarray(0, 16)).toEqual(mark)
})

test('an unshared chunk is used again without a transfer of its memory', () => {
  const pool = new ReadPool()
  const { chunk } = new Reader(pool).readOwn()
  const { buffer } = chunk
  pool.recycle(chunk, true)
  expect(pool.fresh(LARGE_READ).buffer === buffer).toBe(true)
  pool.recycle(chunk, true)
  expect(pool.fresh(LARGE_READ).buffer === buffer).toBe(false)
})

test('recycle() ignores memory that is not a chunk or was recycled before', () => {
  const pool = new ReadPool()
  const reader = new Reader(pool)
  const kept = reader.readOwn()
  const back = reader.read(LARGE_READ).chunk
  reader.recycle(back)
  const small = reader.read(10)
  const wrong = [
    back,
    small.chunk,
    kept.chunk.subarray(),
    new Uint8Array(kept.chunk.buffer),
    new Uint8Array(new SharedArrayBuffer(LARGE_READ)),
    new Uint8Array(LARGE_READ),
  ]
  for (const chunk of wrong) reader.recycle(chunk)
  const spares = Array.from({ length: 3 }, () => pool.fresh(LARGE_READ).buffer)
  expect(new Set(spares).size).toBe(3)
  expect(spares).not.toContain(kept.chunk.buffer)
  const whole = kept.chunk.buffer.byteLength
  expect(wrong.slice(1).map(({ length }) => length)).toEqual([10, LARGE_READ, whole, LARGE_READ, LARGE_READ])
  expect(Buffer.compare(kept.chunk, kept.wanted)).toBe(0)
  expect(Buffer.compare(small.chunk, small.wanted)).toBe(0)
})

test('recycle() ignores a chunk that was transferred', () => {
  const pool = new ReadPool()
  const reader = new Reader(pool)
  const { chunk, wanted } = reader.readOwn()
  const moved = transferAway(chunk)
  reader.recycle(chunk)
  reader.recycle(moved)
  for (let count = 0; count < 40; count++) {
    const { target } = reader
    expect(target.byteLength).toBeGreaterThan(0)
    expect(target).not.toBe(moved.buffer)
    reader.read(LARGE_READ)
  }
  expect(Buffer.compare(moved, wanted)).toBe(0)
})

test('a view of a chunk is detached when the chunk is recycled', () => {
  const pool = new ReadPool()
  const reader = new Reader(pool)
  const { chunk } = reader.readOwn()
  const view = chunk.subarray(10, 20)
  reader.recycle(chunk)
  expect(view.length).toBe(0)
  // So no receiver can transfer memory that reads use.
  const spare = pool.fresh(chunk.length)
  expect(spare.buffer).not.toBe(view.buffer)
})

test('the pool keeps only a few buffers of each size', () => {
  const pool = new ReadPool()
  const mark = 0xa5
  for (let count = 0; count < 100; count++) pool.keep(pool.fresh(LARGE_READ).fill(mark))
  let spares = 0
  while (pool.fresh(LARGE_READ).every((byte) => byte === mark)) spares++
  expect(spares).toBeLessThanOrEqual(16)
  expect(spares).toBeGreaterThan(0)
})

test('no chunk changes when receivers transfer, change or recycle others', () => {
  const random = seeded('receivers')
  const pool = new ReadPool()
  const shared = newBuffer()
  const readers = [new Reader(pool, shared), new Reader(pool, shared), new Reader(pool, newBuffer(4_096))] as const
  const kept: { chunk: Uint8Array; wanted: Uint8Array }[] = []
  const gone: Uint8Array[] = []
  for (let step = 0; step < 3_000; step++) {
    const reader = random.pick(readers)
    kept.push(reader.read(random.int(1, random.chance(0.5) ? 100 : 65_536)))
    if (kept.length < 20) continue
    const [old] = kept.splice(random.int(0, kept.length - 1), 1)
    if (old === undefined) break
    expect(Buffer.compare(old.chunk, old.wanted)).toBe(0)
    switch (random.int(0, 3)) {
      case 0:
        kept.push({ chunk: transferAway(old.chunk), wanted: old.wanted })
        break
      case 1:
        // The receiver may change its chunk.
        old.chunk.fill(0xee)
        break
      default:
        reader.recycle(old.chunk)
    }
    gone.push(old.chunk)
    if (random.chance(0.3)) reader.recycle(random.pick([old.chunk, ...gone.slice(-20)]))
  }
  for (const { chunk, wanted } of kept) expect(Buffer.compare(chunk, wanted)).toBe(0)
})

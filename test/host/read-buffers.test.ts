import { expect, test } from '@jest/globals'
import { ReadBuffers, SharedReadBuffer } from '../../src/host/node/read-buffers.js'

/** Reads as Node does: into the buffer it was last given. */
class Reader {
  readonly #buffers: ReadBuffers
  #target: Uint8Array
  #count = 0

  constructor(shared: SharedReadBuffer) {
    this.#buffers = new ReadBuffers(shared)
    this.#target = shared.bytes
  }

  /** Room that a read finds. */
  get room(): number {
    return this.#target.length
  }

  read(length: number): { chunk: Uint8Array; wanted: Uint8Array } {
    const wanted = Uint8Array.from({ length }, () => this.#count++ & 0xff)
    this.#target.set(wanted)
    const chunk = this.#buffers.take(length)
    this.#target = this.#buffers.next(length) ?? this.#target
    return { chunk, wanted }
  }
}

test('what was passed on stays as it is, whatever is read after it by whom', () => {
  const shared = new SharedReadBuffer()
  const readers = [new Reader(shared), new Reader(shared)]
  const lengths = [1, 64, 4_095, 4_097, 16_383, 16_384, 16_384, 16_384, 30_000, 65_536, 65_536, 20_000, 5, 8_191]
  const seen = lengths.flatMap((length) => readers.map((reader) => reader.read(Math.min(length, reader.room))))
  for (const { chunk, wanted } of seen) expect(Buffer.compare(chunk, wanted)).toBe(0)
})

test('a stream is not copied, and a quiet connection gives its buffer back', () => {
  const shared = new SharedReadBuffer()
  const reader = new Reader(shared)
  reader.read(16_384)
  const buffers = Array.from({ length: 4 }, () => reader.read(16_384).chunk.buffer)
  // As long as another half of it is free.
  expect(buffers.map((buffer) => buffer === buffers[0])).toEqual([true, true, true, false])
  reader.read(10)
  expect(buffers).not.toContain(reader.read(10).chunk.buffer)
})

test('small chunks share a small buffer', () => {
  const reader = new Reader(new SharedReadBuffer())
  const chunks = Array.from({ length: 10 }, () => reader.read(64).chunk)
  expect(new Set(chunks.map(({ buffer }) => buffer)).size).toBe(1)
  expect(chunks[0]?.buffer.byteLength).toBe(8_192)
})

/** Tests of the queue of a pipe: bytes leave it in order, and its memory is little more than the bytes. */

import { describe, expect, test } from '@jest/globals'
import { totalLength } from '../../src/base/bytes.js'
import { ByteQueue, PAGE } from '../../src/kernel/local/byte-queue.js'
import { seeded } from '../support/random.js'

/** Takes all that waits. */
function drain(queue: ByteQueue): Uint8Array[] {
  const pieces: Uint8Array[] = []
  while (queue.length > 0) pieces.push(queue.take(Number.POSITIVE_INFINITY))
  return pieces
}

test('a pushed Buffer is copied, although slices of a Buffer are views', () => {
  const queue = new ByteQueue()
  const given = Buffer.alloc(PAGE, 1)
  queue.push(given)
  given.fill(2)
  const taken = queue.take(10)
  const rest = queue.take(PAGE)
  expect([taken.every((byte) => byte === 1), rest.every((byte) => byte === 1)]).toEqual([true, true])
  expect([taken.buffer === given.buffer, taken.buffer === rest.buffer, taken instanceof Buffer]).toEqual([
    false,
    false,
    false,
  ])
})

test('random pieces leave the queue in order', () => {
  const random = seeded('byte-queue')
  const queue = new ByteQueue()
  const [sent, received]: [Uint8Array[], Uint8Array[]] = [[], []]
  const heap = new Uint8Array(PAGE * 4)
  for (let step = 0; step < 3000; step++) {
    if (random.chance(0.55)) {
      const bytes = random.bytes(random.pick([0, 1, 3, 100, PAGE - 1, PAGE, PAGE + 1, 10_000]))
      sent.push(bytes.slice())
      queue.push(bytes)
      // The bytes belong to the caller again.
      bytes.fill(0)
    } else if (random.chance(0.5)) {
      const taken = queue.take(random.pick([1, 2, 500, PAGE, 100_000]))
      received.push(taken.slice())
      // They belong to the receiver only.
      new Uint8Array(taken.buffer).fill(0)
    } else {
      const length = random.pick([0, 1, 700, heap.length])
      const peeked = heap.slice(0, queue.copyTo(heap, 0, length, true))
      const moved = heap.slice(0, queue.copyTo(heap, 0, length, false))
      expect(Buffer.compare(moved, peeked)).toBe(0)
      received.push(moved)
    }
    expect(queue.length).toBe(totalLength(sent) - totalLength(received))
  }
  expect(Buffer.concat([...received, ...drain(queue)]).equals(Buffer.concat(sent))).toBe(true)
  expect(queue.pieces).toBe(0)
})

describe('the memory of a queue', () => {
  test.each([1, 2, 7, 100, 1000, PAGE - 1])(
    'is at most twice the bytes, in few buffers, for pieces of %d bytes',
    (size) => {
      const queue = new ByteQueue()
      for (let sent = 0; sent < 65_536; sent += size) queue.push(new Uint8Array(size))
      const { length, pieces } = queue
      expect(pieces).toBeLessThanOrEqual(2 * Math.ceil(length / PAGE))
      const room = drain(queue).reduce((sum, { buffer }) => sum + buffer.byteLength, 0)
      expect(room).toBeLessThanOrEqual(2 * length)
    },
  )

  test('is less than a page for a few bytes', () => {
    const queue = new ByteQueue()
    queue.push(new Uint8Array(3))
    queue.push(new Uint8Array(3))
    expect(queue.take(6).buffer.byteLength).toBeLessThanOrEqual(64)
  })

  test('is not shared with the part of a piece that was taken', () => {
    const queue = new ByteQueue()
    queue.push(Uint8Array.of(1, 2, 3, 4))
    const taken = queue.take(3)
    structuredClone(taken.buffer, { transfer: [taken.buffer as ArrayBuffer] })
    expect([...queue.take(9)]).toEqual([4])
  })
})

import { describe, expect, test } from '@jest/globals'
import { ReceiveQueue } from '../../../src/kernel/sockets/receive-queue.js'
import { seeded } from '../../support/random.js'
import { transferAway } from '../../support/transfer.js'
import { text } from '../support/machine.js'

function queueOf(...chunks: string[]): ReceiveQueue {
  const queue = new ReceiveQueue()
  for (const chunk of chunks) queue.push(text(chunk))
  return queue
}

/** Copies at most `length` bytes out. */
function copy(queue: ReceiveQueue, length: number, peek = false): string {
  const heap = new Uint8Array(length + 4).fill(45)
  const count = queue.copyTo(heap, 2, length, peek)
  // Nothing is written before the place or after the counted bytes.
  expect([...heap.subarray(0, 2), ...heap.subarray(2 + count)].every((byte) => byte === 45)).toBe(true)
  return new TextDecoder().decode(heap.subarray(2, 2 + count))
}

describe('copyTo()', () => {
  test('copies across the borders of chunks', () => {
    const queue = queueOf('ab', 'cde', 'f')
    expect([copy(queue, 1), copy(queue, 3), copy(queue, 9), copy(queue, 9)]).toEqual(['a', 'bcd', 'ef', ''])
    expect(queue.length).toBe(0)
  })

  test('leaves all bytes in the queue when it peeks', () => {
    const queue = queueOf('ab', 'cde')
    copy(queue, 1)
    expect([copy(queue, 3, true), copy(queue, 3, true), queue.length]).toEqual(['bcd', 'bcd', 4])
    expect(copy(queue, 9)).toBe('bcde')
  })

  test('copies nothing for a length of 0 or from an empty queue', () => {
    expect(copy(queueOf('ab'), 0)).toBe('')
    expect(copy(queueOf(), 5)).toBe('')
    expect(copy(queueOf('', 'a', ''), 5)).toBe('a')
  })
})

describe('the recycling of chunks', () => {
  /** The chunks that copies of these lengths recycle, after `before` bytes were taken without a copy. */
  const returned = (before: number, ...lengths: readonly number[]): string[] => {
    const queue = queueOf('abc', 'de', 'f')
    const chunks: string[] = []
    if (before > 0) queue.take(before)
    for (const length of lengths) {
      queue.copyTo(new Uint8Array(9), 0, length, false, {
        recycle: (chunk) => chunks.push(new TextDecoder().decode(chunk)),
      })
    }
    return chunks
  }

  test('returns each chunk once when all of it was copied', () => {
    expect([returned(0, 2), returned(0, 2, 1), returned(0, 4, 1), returned(0, 9, 9)]).toEqual([
      [],
      ['abc'],
      ['abc', 'de'],
      ['abc', 'de', 'f'],
    ])
  })

  test('includes chunks that were partly taken and excludes those that were taken whole', () => {
    expect([returned(1, 9), returned(3, 9)]).toEqual([
      ['abc', 'de', 'f'],
      ['de', 'f'],
    ])
  })

  test('does not happen in a peek', () => {
    const recycler = { recycle: () => expect(true).toBe(false) }
    expect(queueOf('abc').copyTo(new Uint8Array(9), 0, 9, true, recycler)).toBe(3)
  })
})

describe('take()', () => {
  test('returns a whole chunk without a copy', () => {
    const queue = new ReceiveQueue()
    const chunk = text('abc')
    queue.push(chunk)
    expect(queue.take(3)).toBe(chunk)
  })

  test('returns one chunk at a time, at most the requested length', () => {
    const queue = queueOf('abc', 'de')
    const taken = [2, 9, 9, 9].map((max) => new TextDecoder().decode(queue.take(max)))
    expect(taken).toEqual(['ab', 'c', 'de', ''])
    expect(queue.length).toBe(0)
  })

  test('returns parts of a chunk that share no memory', () => {
    const queue = queueOf('abc')
    const parts = [queue.take(1), queue.take(1), queue.take(1)]
    for (const part of parts) transferAway(part)
    expect(parts.map(({ length }) => length)).toEqual([0, 0, 0])
    expect(new Set(parts.map(({ buffer }) => buffer)).size).toBe(3)
  })

  test('returns a part that can be transferred while the rest waits', () => {
    const queue = queueOf('abc')
    transferAway(queue.take(1))
    expect(new TextDecoder().decode(queue.take(9))).toBe('bc')
  })

  test('returns no bytes for a length of 0', () => {
    const queue = queueOf('abc')
    expect(queue.take(0)).toHaveLength(0)
    expect(queue.length).toBe(3)
  })
})

test('the weight of a queue counts its chunks as well as its bytes', () => {
  const one = queueOf('a'.repeat(1000))
  const many = queueOf(...Array.from({ length: 1000 }, () => 'a'))
  expect(one.length).toBe(many.length)
  expect(many.weight).toBeGreaterThan(100 * one.weight)
  many.take(1)
  many.copyTo(new Uint8Array(998), 0, 998, false)
  expect(many.weight).toBeLessThan(2 * one.weight)
  many.take(1)
  expect(many.weight).toBe(0)
})

test('a cleared queue is empty and usable', () => {
  const queue = queueOf('abc', 'def')
  queue.take(1)
  queue.clear()
  expect([queue.length, queue.weight]).toEqual([0, 0])
  queue.push(text('x'))
  expect(copy(queue, 5)).toBe('x')
})

test('random pushes and reads keep all bytes in order', () => {
  const random = seeded('receive queue')
  const queue = new ReceiveQueue()
  const came: number[] = []
  const read: number[] = []
  for (let step = 0; step < 5_000; step++) {
    const length = random.int(0, 40)
    const action = random.pick(['push', 'push', 'take', 'copy'])
    if (action === 'push') {
      const chunk = random.bytes(length)
      came.push(...chunk)
      queue.push(chunk)
    } else if (action === 'take') read.push(...queue.take(length))
    else {
      const heap = new Uint8Array(length)
      const seen = heap.slice(0, queue.copyTo(heap, 0, length, true))
      const count = queue.copyTo(heap.fill(0), 0, length, false)
      expect(heap.subarray(0, count)).toEqual(seen)
      read.push(...seen)
    }
    expect(queue.length).toBe(came.length - read.length)
  }
  while (queue.length > 0) read.push(...queue.take(64))
  expect(read).toEqual(came)
})

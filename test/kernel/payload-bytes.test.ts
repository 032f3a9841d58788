/** Tests of the bytes of a write request: sent in parts of any size, and counted in the queue of its stream. */

import { expect, test } from '@jest/globals'
import { concat, totalLength } from '../../src/base/bytes.js'
import { Payload, WriteQueue } from '../../src/kernel/payload.js'
import { seeded } from '../support/random.js'
import { text } from './support/machine.js'

const show = (chunks: readonly Uint8Array[]): string[] => chunks.map((chunk) => new TextDecoder().decode(chunk))

test('a payload of which nothing was sent returns its own chunks', () => {
  const chunks = [text('ab'), text('c')]
  const payload = new Payload(chunks, new WriteQueue())
  expect(payload.peek(3)).toBe(chunks)
  expect(payload.peek(100)).toBe(chunks)
})

test('a part starts where the last one ended, also within a chunk', () => {
  const payload = new Payload([text('abc'), text(''), text('de')], new WriteQueue())
  expect(show(payload.peek(2))).toEqual(['ab'])
  payload.advance(2)
  expect([show(payload.peek(9)).filter((piece) => piece !== ''), payload.left]).toEqual([['c', 'de'], 3])
  payload.advance(2)
  expect([show(payload.peek(9)), payload.left]).toEqual([['e'], 1])
  expect(show(payload.peek(0))).toEqual([])
})

test.each([[[]], [[text('')]], [[text(''), text('')]]])('a payload without bytes has nothing left (%#)', (chunks) => {
  expect(new Payload(chunks, new WriteQueue()).left).toBe(0)
})

test('a payload without a queue is lent', () => {
  expect([new Payload([text('a')]).lent, new Payload([text('a')], new WriteQueue()).lent]).toEqual([true, false])
})

test('a queue counts the bytes left in all its payloads beyond 4 GiB', () => {
  const queue = new WriteQueue()
  const large = new Uint8Array(2 ** 26)
  const first = new Payload(new Array<Uint8Array>(64).fill(large), queue)
  const second = new Payload(new Array<Uint8Array>(33).fill(large), queue)
  expect([queue.size, first.left]).toEqual([97 * 2 ** 26, 2 ** 32])
  first.advance(2 ** 32 - 1)
  expect([queue.size, first.left, totalLength(first.peek(5))]).toEqual([33 * 2 ** 26 + 1, 1, 1])
  second.drop()
  expect([queue.size, second.left]).toEqual([1, 0])
  first.advance(1)
  first.drop()
  second.drop()
  expect(queue.size).toBe(0)
})

test('random parts send all bytes in order', () => {
  const random = seeded('payload')
  const queue = new WriteQueue()
  for (let round = 0; round < 500; round++) {
    const chunks = Array.from({ length: random.int(0, 8) }, () => random.bytes(random.int(0, 20)))
    const payload = new Payload(chunks, queue)
    const sent: number[] = []
    while (payload.left > 0) {
      const wanted = random.int(0, 30)
      const pieces = payload.peek(wanted)
      const count = totalLength(pieces)
      expect(count).toBe(Math.min(wanted, payload.left))
      const some = random.int(0, count)
      sent.push(...concat(pieces).subarray(0, some))
      payload.advance(some)
    }
    expect(sent).toEqual([...concat(chunks)])
  }
  expect(queue.size).toBe(0)
})

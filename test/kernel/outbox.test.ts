import { describe, expect, test } from '@jest/globals'
import { concat, Outbox, totalLength } from '../../src/kernel/outbox.js'
import { seeded } from '../support/random.js'
import { text } from './machine.js'

const show = (chunks: readonly Uint8Array[]): string[] => chunks.map((chunk) => new TextDecoder().decode(chunk))

test('requests leave in the order they were put in', () => {
  const outbox = new Outbox()
  outbox.push([text('ab'), text('c')])
  outbox.push([text('d')])
  expect([show(outbox.peek(9)), outbox.left]).toEqual([['ab', 'c'], 3])
  outbox.advance(3)
  expect([show(outbox.peek(9)), outbox.left]).toEqual([['d'], 1])
  outbox.advance(1)
  expect([show(outbox.peek(9)), outbox.left]).toEqual([[], 0])
})

test('an untouched request is handed over as it is, without a copy', () => {
  const chunks = [text('ab'), text('c')]
  const outbox = new Outbox()
  outbox.push(chunks)
  expect(outbox.peek(3)).toBe(chunks)
  expect(outbox.peek(100)).toBe(chunks)
})

test('a part begins where the last one ended, also within a chunk', () => {
  const outbox = new Outbox()
  outbox.push([text('abc'), text(''), text('de')])
  expect(show(outbox.peek(2))).toEqual(['ab'])
  outbox.advance(2)
  expect([show(outbox.peek(9)).filter((piece) => piece !== ''), outbox.left]).toEqual([['c', 'de'], 3])
  outbox.advance(2)
  expect([show(outbox.peek(9)), outbox.left]).toEqual([['e'], 1])
  expect(show(outbox.peek(0))).toEqual([])
})

describe('a request without bytes', () => {
  test.each([[[]], [[text('')]], [[text(''), text('')]]])('%# is over as soon as it was sent', (chunks) => {
    const outbox = new Outbox()
    outbox.push(chunks)
    outbox.push([text('a')])
    expect(outbox.left).toBe(0)
    outbox.advance(0)
    expect(show(outbox.peek(9))).toEqual(['a'])
  })
})

describe('taking back', () => {
  test.each([
    ['the first', 0, ['b', 'c']],
    ['one in the middle', 1, ['a', 'c']],
    ['the last', 2, ['a', 'b']],
  ])('%s', (_name, index, rest) => {
    const outbox = new Outbox()
    const payloads = ['a', 'b', 'c'].map((letter) => outbox.push([text(letter)]))
    const payload = payloads[index]
    if (payload !== undefined) outbox.drop(payload)
    outbox.push([text('z')])
    const sent: string[] = []
    while (outbox.left > 0) {
      sent.push(...show(outbox.peek(1)))
      outbox.advance(1)
    }
    expect(sent).toEqual([...rest, 'z'])
  })

  test('what was sent, or was taken back before, does not matter', () => {
    const outbox = new Outbox()
    const first = outbox.push([text('a')])
    outbox.advance(1)
    const second = outbox.push([text('b')])
    outbox.drop(first)
    outbox.drop(first)
    expect(show(outbox.peek(1))).toEqual(['b'])
    outbox.drop(second)
    outbox.drop(second)
    expect(outbox.left).toBe(0)
    outbox.push([text('c')])
    outbox.drop(second)
    expect(show(outbox.peek(1))).toEqual(['c'])
  })

  test('a hundred thousand at once take no time', () => {
    const outbox = new Outbox()
    const payloads = Array.from({ length: 100_000 }, () => outbox.push([text('a')]))
    const start = performance.now()
    for (const payload of payloads) outbox.drop(payload)
    expect(outbox.left).toBe(0)
    // It took 10 s when each was searched for in an array; now some milliseconds.
    expect(performance.now() - start).toBeLessThan(2_000)
  })
})

test('counting on an empty outbox does not matter', () => {
  const outbox = new Outbox()
  outbox.advance(5)
  expect([outbox.left, outbox.peek(5)]).toEqual([0, []])
})

test('its size is what all requests have left, however much that is', () => {
  const outbox = new Outbox()
  const large = new Uint8Array(2 ** 26)
  const first = outbox.push(Array.from({ length: 64 }, () => large))
  const second = outbox.push(Array.from({ length: 33 }, () => large))
  expect([outbox.size, outbox.left]).toEqual([97 * 2 ** 26, 2 ** 32])
  outbox.advance(2 ** 32 - 1)
  expect([outbox.size, outbox.left, totalLength(outbox.peek(5))]).toEqual([33 * 2 ** 26 + 1, 1, 1])
  outbox.drop(second)
  expect([outbox.size, outbox.left]).toEqual([1, 1])
  outbox.advance(1)
  outbox.drop(first)
  outbox.drop(second)
  expect([outbox.size, outbox.left]).toEqual([0, 0])
})

test('whatever the parts, the bytes are those that were put in', () => {
  const random = seeded('outbox')
  const outbox = new Outbox()
  const put: number[] = []
  const sent: number[] = []
  for (let step = 0; step < 5_000; step++) {
    if (random.chance(0.3)) {
      const chunks = Array.from({ length: random.int(0, 4) }, () => random.bytes(random.int(0, 20)))
      put.push(...concat(chunks))
      outbox.push(chunks)
    }
    const wanted = random.int(0, 30)
    const pieces = outbox.peek(wanted)
    const count = totalLength(pieces)
    expect(count).toBe(Math.min(wanted, outbox.left))
    const some = random.int(0, count)
    sent.push(...concat(pieces).subarray(0, some))
    outbox.advance(some)
  }
  while (sent.length < put.length) {
    const { left } = outbox
    sent.push(...concat(outbox.peek(left)))
    outbox.advance(left)
  }
  expect(sent).toEqual(put)
})

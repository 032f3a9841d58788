import { expect, test } from '@jest/globals'
import { Random, seeded } from '../support/random.js'

test('the same seed gives the same bytes, and another seed gives others', () => {
  expect(new Random(1).bytes(13)).toEqual(new Random(1).bytes(13))
  expect(new Random(1).bytes(13)).not.toEqual(new Random(2).bytes(13))
})

test('seeded() gives other bytes for another name', () => {
  expect(seeded('a').bytes(8)).toEqual(seeded('a').bytes(8))
  expect(seeded('a').bytes(8)).not.toEqual(seeded('b').bytes(8))
})

test('int() returns both limits and nothing beyond', () => {
  const random = seeded('int')
  const seen = new Set(Array.from({ length: 1_000 }, () => random.int(-1, 2)))
  expect([...seen].sort((a, b) => a - b)).toEqual([-1, 0, 1, 2])
})

test('pick() and chance() give every outcome', () => {
  const random = seeded('outcomes')
  expect(new Set(Array.from({ length: 100 }, () => random.pick(['x', 'y'])))).toEqual(new Set(['x', 'y']))
  expect(new Set(Array.from({ length: 100 }, () => random.chance(0.5)))).toEqual(new Set([true, false]))
})

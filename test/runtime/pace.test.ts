import { expect, test } from '@jest/globals'
import { Pace } from '../../src/runtime/pace.js'

/** How many of a hundred small events are followed at once. */
const hurried = (pace: Pace): number => Array.from({ length: 100 }, () => pace.hurries(64)).filter(Boolean).length

test('waits until it has seen that events come one by one', () => {
  const pace = new Pace()
  expect(hurried(pace)).toBe(0)
  pace.waited(4)
  expect(hurried(pace)).toBe(63)
})

test('waits where several came while it waited', () => {
  const pace = new Pace()
  pace.waited(4)
  pace.waited(5)
  expect(hurried(pace)).toBe(0)
})

test('follows large chunks at once, and nothing that is no bytes', () => {
  const pace = new Pace()
  expect([pace.hurries(16_383), pace.hurries(16_384)]).toEqual([false, true])
  pace.waited(1)
  expect(pace.hurries(0)).toBe(false)
})

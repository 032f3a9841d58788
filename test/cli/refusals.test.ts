import { afterEach, beforeEach, expect, jest, test } from '@jest/globals'
import { Refusals } from '../../src/cli/refusals.js'
import { attemptOn, lookupOf, type Refusal, refused } from '../../src/guard/decision.js'
import { loopback } from '../support/wishes.js'

let lines: string[] = []

beforeEach(() => {
  lines = []
  jest.spyOn(process.stderr, 'write').mockImplementation((line) => {
    lines.push(String(line))
    return true
  })
})

afterEach(() => {
  jest.restoreAllMocks()
})

const connecting = (port: number): Refusal => refused(attemptOn('connect', 'tcp', loopback(port)))

test('a refused address is printed once, and the number of repetitions at the end', () => {
  const refusals = new Refusals()
  for (let round = 0; round < 1000; round++) {
    refusals.add(connecting(9))
    refusals.add(refused(attemptOn('listen', 'tcp', loopback(9))))
    refusals.add(refused(lookupOf('example.com')))
  }
  refusals.close()
  expect(lines).toEqual([
    'libuv-wasm: the program may not connect to 127.0.0.1:9; grant it with --allow-connect=127.0.0.1:9\n',
    'libuv-wasm: the program may not listen on 127.0.0.1:9; grant it with --allow-listen=127.0.0.1:9\n',
    'libuv-wasm: the program may not look up example.com; grant it with --allow-connect=example.com:PORT\n',
    'libuv-wasm: the program was refused 2997 more times\n',
  ])
})

test('a single refusal prints one line', () => {
  const refusals = new Refusals()
  refusals.add(connecting(9))
  refusals.close()
  expect(lines).toHaveLength(1)
})

test('at most 100 refused addresses are printed', () => {
  const refusals = new Refusals()
  for (let port = 1; port <= 60_000; port++) refusals.add(connecting(port))
  refusals.close()
  expect(lines).toHaveLength(101)
  expect(lines.at(-1)).toBe('libuv-wasm: the program was refused 59900 more times\n')
})

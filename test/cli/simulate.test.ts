/** `libuv-wasm simulate`: many seeds, threads, parts and results. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from '@jest/globals'
import { readCommand } from '../../src/cli/command.js'
import { killAll, run } from './command.js'

killAll()
const folder = mkdtempSync(join(tmpdir(), 'uvwasm-simulate-'))
afterAll(() => rmSync(folder, { recursive: true }))

const SCENARIO = new URL('./programs/scenario.mjs', import.meta.url).pathname
const simulate = (...args: string[]): ReturnType<typeof run> => run('simulate', ...args)

/** The rows of a table: what stands after a word at the beginning of a line. */
const rowsOf = (output: string, word: string): string[] =>
  output.split('\n').flatMap((line) => (line.startsWith(`${word} `) ? [line.slice(word.length).trim()] : []))

describe('the built-in scenario', () => {
  test('keeps what always holds, with the same hashes in one thread and in two', async () => {
    const [here, there] = [
      await simulate('--seeds', '1-4', '--jobs', '1', '--hash'),
      await simulate('--seeds', '1-4', '--jobs', '2', '--hash'),
    ]
    expect([here.code, there.code]).toEqual([0, 0])
    const hashes = here.output.match(/^\d [0-9a-f]{16}$/gm)
    expect(hashes).toHaveLength(4)
    expect(new Set(hashes?.map((line) => line.slice(2))).size).toBe(4)
    expect(there.output.match(/^\d [0-9a-f]{16}$/gm)).toEqual(hashes)
    expect(rowsOf(there.output, 'hash')).toEqual(rowsOf(here.output, 'hash'))
    expect(rowsOf(here.output, 'always')).toHaveLength(4)
    for (const row of rowsOf(here.output, 'always')) expect(row).toMatch(/: (\d+) of \1$/)
  })
})

describe('a scenario in a file', () => {
  test('fails with what failed, and how to repeat it', async () => {
    const { code, output } = await simulate('--seeds', '6-9', '--jobs', '2', SCENARIO)
    expect(code).toBe(1)
    expect(rowsOf(output, 'seeds')).toEqual(['6 to 9: 4 run, 1 failed'])
    expect(rowsOf(output, 'reachable')).toEqual(['an even seed: 2 of 2'])
    expect(output).toContain('The run with the seed 7 has failed after 7 ms of virtual time')
    expect(output).toContain('UVWASM_SEED=7')
    expect((await simulate('--seed', '7', SCENARIO)).code).toBe(1)
    expect((await simulate('--seed', '9', SCENARIO)).code).toBe(0)
  })

  test('gives one table of its parts', async () => {
    const files = [1, 2].map((part) => join(folder, `${part}.json`))
    for (const [index, file] of files.entries())
      await simulate('--seeds', '1-5', '--jobs', '1', '--shard', `${index + 1}/2`, '-o', file, SCENARIO)
    const parts = files.map((file) => JSON.parse(readFileSync(file, 'utf8')).results.map(Object).map(seedOf))
    expect(parts).toEqual([
      [1, 3, 5],
      [2, 4],
    ])
    const whole = await simulate('--seeds', '1-5', '--jobs', '1', SCENARIO)
    const merged = await simulate('--merge', ...files)
    expect(merged.code).toBe(0)
    for (const word of ['seeds', 'events', 'hash', 'always', 'reachable'])
      expect(rowsOf(merged.output, word)).toEqual(rowsOf(whole.output, word))
  })

  test('that misses what it is for fails', async () => {
    const { code, output } = await simulate('--seeds', '1-3', '--shard', '1/2', '--jobs', '1', SCENARIO)
    expect([code, rowsOf(output, 'missed')]).toEqual([1, ['"an even seed" was never reached']])
  })
})

const seedOf = ({ seed }: { readonly seed?: number }): number | undefined => seed

test.each([
  [['no-such-file.mjs'], 'Cannot load the scenario'],
  [[new URL('./command.ts', import.meta.url).pathname.replace('command.ts', '../../biome.json')], 'Cannot load'],
  [['--merge', 'no-such-file.json'], 'Cannot merge "no-such-file.json"'],
  [['--seeds', '1-2', '--shard', '3/4'], 'part 3 of 4 has no seeds'],
])('simulate %j is refused', async (args, message) => {
  const { code, errors } = await simulate(...args)
  expect([code, errors]).toEqual([2, expect.stringContaining(message)])
})

test.each([
  [['--seeds', '9-1'], 'Cannot simulate the seeds "9-1"'],
  [['--seed', '1', '--seeds', '1-2'], 'both --seed and --seeds'],
  [['--jobs', '0'], 'Cannot use --jobs "0"'],
  [['--shard', '0/2'], 'Cannot use --shard "0/2"'],
  [['one.mjs', 'two.mjs'], 'only one scenario'],
  [['--merge'], 'no results are given'],
  [['--sed', '1'], 'Cannot read the command line'],
])('a command line with %j is refused', (args, message) => {
  expect(() => readCommand(['simulate', ...args])).toThrow(message)
})

/** How fast virtual time passes, outside of the test runner, whose own share is larger than that of the simulation. */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from '@jest/globals'

const PROGRAM = fileURLToPath(new URL('./programs/keep-alive.mjs', import.meta.url))
const MINUTE = 60_000
const HOUR = 60 * MINUTE

/** @returns the answers, and the seconds of processor time that it took */
const measure = async (connections: number, every: number, ms: number): Promise<number[]> => {
  const { stdout } = await promisify(execFile)(process.execPath, [PROGRAM, ...[connections, every, ms].map(String)])
  return stdout.trim().split(' ').map(Number)
}

test('an hour of 1,000 connections that keep each other alive takes less than ten seconds', async () => {
  const [answers = 0, seconds] = await measure(1000, MINUTE, HOUR)
  expect(answers).toBeGreaterThanOrEqual(59_000)
  expect(seconds).toBeLessThan(10)
})

test('a day of one idle connection takes moments', async () => {
  const [answers, seconds] = await measure(1, 48 * HOUR, 24 * HOUR)
  expect(answers).toBe(0)
  expect(seconds).toBeLessThan(0.3)
})

/**
 * Tests that the cost of a message and the memory of an idle connection do not grow: `counts.mjs` counts, and
 * `counts.json` has its earlier results. UPDATE=1 writes it again; do that after an improvement, too, so that it is
 * kept.
 */
import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, test } from '@jest/globals'
import { COMPILING, guestModule } from '../guest/support/uvcc.js'

interface Counts {
  /** Calls into the module, and out of it, for one message. */
  readonly callsIn?: number
  readonly callsOut?: number
  /** Bytes that were copied. */
  readonly copied?: number
  /**
   * Bytes of the engine's heap, from Node 20's interpreter: an upper bound, since compiled code makes fewer objects.
   */
  readonly heap?: number
  /** Bytes of the heap that an idle connection holds. */
  readonly held?: number
}

/** The counts that vary slightly with the engine. */
const ROUGH = ['heap', 'held']

const FLAGS = [
  ...['--predictable', '--no-opt', '--no-sparkplug', '--no-lazy-feedback-allocation', '--expose-gc'],
  ...['--min-semi-space-size=128', '--max-semi-space-size=128'],
]
const known = new URL('counts.json', import.meta.url)

const before: Record<string, Counts> = JSON.parse(await readFile(known, 'utf8'))
const now: Record<string, Counts> = {}

beforeAll(async () => {
  const guest = fileURLToPath(await guestModule('echo'))
  const program = fileURLToPath(new URL('programs/counts.mjs', import.meta.url))
  const { stdout } = await promisify(execFile)(process.execPath, [...FLAGS, program, guest])
  Object.assign(now, JSON.parse(stdout))
  if (process.env.UPDATE === '1') {
    await writeFile(known, `${JSON.stringify(now, null, 2)}\n`)
    Object.assign(before, now)
  }
}, COMPILING)

describe.each(Object.keys(before))('%s', (name) => {
  const count = (counts: Record<string, Counts>, what: string): number =>
    new Map<string, number>(Object.entries(counts[name] ?? {})).get(what) ?? Number.NaN

  test.each(Object.keys(before[name] ?? {}))('has not grown in %s', (what) => {
    expect(count(now, what)).toBeLessThanOrEqual(count(before, what) * (ROUGH.includes(what) ? 1.1 : 1))
  })
})

test('counts.json lists all measured cases', () => {
  expect(Object.keys(now)).toEqual(Object.keys(before))
})

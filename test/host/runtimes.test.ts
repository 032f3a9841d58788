/** The host contract on Deno and Bun, where Jest does not run: as a program of its own. */
import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, test } from '@jest/globals'
import { compile, runContract, WAYS } from '../../scripts/hosts/run.mjs'
import { isRow, key, marksOf } from '../../scripts/hosts/table.mjs'

/** Milliseconds for the compiler, or for all tests on one runtime, which is downloaded if it is missing. */
const PATIENCE = 120_000

describe('the host contract', () => {
  beforeAll(compile, PATIENCE)

  test.each(WAYS.filter(({ name }) => name === 'deno' || name === 'bun'))(
    'passes on $name with the results in docs/hosts.md',
    async (way) => {
      const { host, outcomes } = await runContract(way)
      expect(outcomes.filter(({ error }) => error !== undefined)).toEqual([])
      const marks = marksOf(readFileSync('docs/hosts.md', 'utf8'), host)
      const rows = outcomes.filter(isRow)
      expect(rows.length).toBeGreaterThan(50)
      // `make hosts` updates the page.
      expect(rows.map(({ path }) => [key(path), marks.get(key(path))])).toEqual(
        rows.map(({ path, refused }) => [key(path), refused === undefined ? '✓' : expect.stringMatching(/^\d+$/)]),
      )
    },
    PATIENCE,
  )
})

/**
 * The table of ways around a policy (`bypasses/`), tried by C programs under each driver: none passes without a grant,
 * and with one rule exactly what it grants. `make smoke` tries it on other runtimes.
 */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { beforeAll, expect, test } from '@jest/globals'
import { driver } from '../guest/support/built.js'
import { COMPILING, guestModule } from '../guest/support/uvcc.js'

const run = promisify(execFile)
const program = fileURLToPath(new URL('bypasses/run.mjs', import.meta.url))
const PROGRAMS = ['sockets', 'names', 'world'].map((name) => `bypasses/${name}`)
const DRIVERS = driver === 'worker' ? ['worker', 'pump'] : [driver]
/** Under the other drivers they are the same. */
const ISOLATIONS = driver === 'worker' ? ['process'] : []

let folder = ''

beforeAll(async () => {
  const modules = await Promise.all(PROGRAMS.map(guestModule))
  folder = fileURLToPath(new URL('.', modules[0]))
}, COMPILING)

/** Tries the table in a program of its own. */
const attempt = async (way: string): Promise<{ rows: number; trials: number; problems: string[] }> => {
  const { stdout } = await run(process.execPath, ['--no-warnings', program, folder, way], {
    maxBuffer: 2 ** 26,
  }).catch((error: { stdout: string; stderr: string }) => ({ stdout: error.stdout || error.stderr }))
  return JSON.parse(stdout)
}

test.each(DRIVERS)(
  'no way around a policy passes under %s',
  async (driver) => {
    const { rows, trials, problems } = await attempt(driver)
    expect(problems).toEqual([])
    expect(rows).toBeGreaterThan(500)
    expect(trials).toBeGreaterThan(4000)
  },
  60_000,
)

test.each(ISOLATIONS)(
  'no way around a policy passes in a plugin with the isolation %s, without a grant and with one',
  async (isolation) => {
    const { trials, problems } = await attempt(isolation)
    expect(problems).toEqual([])
    expect(trials).toBeGreaterThan(800)
  },
  60_000,
)

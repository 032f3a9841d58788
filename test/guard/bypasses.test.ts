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

let folder = ''

beforeAll(async () => {
  const modules = await Promise.all(PROGRAMS.map(guestModule))
  folder = fileURLToPath(new URL('.', modules[0]))
}, COMPILING)

test.each(DRIVERS)(
  'no way around a policy passes under %s',
  async (driver) => {
    const { stdout } = await run(process.execPath, ['--no-warnings', program, folder, driver], {
      maxBuffer: 2 ** 26,
    }).catch((error: { stdout: string; stderr: string }) => ({ stdout: error.stdout || error.stderr }))
    const { rows, trials, problems } = JSON.parse(stdout)
    expect(problems).toEqual([])
    expect(rows).toBeGreaterThan(500)
    expect(trials).toBeGreaterThan(4000)
  },
  60_000,
)

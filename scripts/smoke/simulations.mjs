/** Simulations on the installed package: the same hashes on every runtime, and a bug that test runners find. */
import { execFile, execFileSync } from 'node:child_process'
import { cpSync, existsSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { APP, run, TOOLS, tool } from './stage.mjs'

const COMMAND = 'node_modules/libuv-wasm/dist/cli.js'

/** The built-in scenario, and one with a program in C. */
const SCENARIOS = [[], ['c-server.mjs']]

/** @param {string} program @param {string[]} args - arguments before the command */
const hashesOn = async (program, ...args) => {
  const all = []
  for (const scenario of SCENARIOS)
    all.push(await run(program, [...args, COMMAND, 'simulate', '--seeds', '1-3', '--hash', '--jobs', '1', ...scenario]))
  return all.flatMap((said) => said.match(/^\d+ [0-9a-f]{16}$/gm) ?? [])
}

/** What this Node computes. @type {Promise<string[]> | undefined} */
let expected

/**
 * Compares the hashes of a runtime with those of this Node.
 *
 * @param {string} program
 * @param {string[]} args - arguments before the command
 */
export const compareHashes = async (program, ...args) => {
  if (!existsSync(join(APP, 'c-server.mjs'))) {
    cpSync('test/sim/programs/c-server.mjs', join(APP, 'c-server.mjs'))
    execFileSync('build/sdk/bin/uvcc', ['test/guest/programs/echo.c', '-o', join(APP, 'c-server.wasm')])
  }
  expected ??= hashesOn(process.execPath)
  const [here, there] = [await expected, await hashesOn(program, ...args)]
  if (here.length !== 3 * SCENARIOS.length || new Set(here).size !== here.length || `${here}` !== `${there}`)
    throw new Error(`the hashes are ${there}, and on this Node ${here}`)
}

/** A test that fails: it simulates the planted bug. The runner is imported by name. */
const TEST = (/** @type {string} */ runner) => `import { test } from '${runner}'
import * as uv from 'libuv-wasm'
import * as testing from 'libuv-wasm/testing'
import { lostReply } from './lost-reply.mjs'

const options = { seeds: '270-290', faults: { kinds: ['slicer', 'reset_peer'], most: 6 } }
test('no reply is lost', () => testing.simulate(options, lostReply(uv, testing)).then(() => {}))
`

/**
 * How each runner runs a file.
 *
 * @type {Record<string, (file: string) => Promise<string[]>>}
 */
const RUNNERS = {
  'node:test': async (file) => ['--test', '--test-reporter=tap', file],
  vitest: async (file) => {
    await tool('vite')
    const program = resolve(TOOLS, 'node_modules/vitest/vitest.mjs')
    return [program, 'run', '--root', '.', '--testTimeout=60000', '--globals', file]
  },
}

/**
 * Lets a runner find the bug, and repeats it by the line that is told.
 *
 * @param {'node:test' | 'vitest'} runner
 * @param {string} program - the Node that runs it
 */
export const findBug = async (runner, program) => {
  const file = `lost-reply.${runner.replace(':', '-')}.test.mjs`
  cpSync('test/sim/programs/lost-reply.mjs', join(APP, 'lost-reply.mjs'))
  writeFileSync(join(APP, file), TEST(runner))
  const args = (await RUNNERS[runner]?.(file)) ?? []
  /** @param {Record<string, string>} env */
  const said = async (env) => {
    const options = { cwd: APP, timeout: 60_000, env: { ...process.env, NODE_OPTIONS: '', NO_COLOR: '1', ...env } }
    const failure = await promisify(execFile)(program, args, options).then(
      () => undefined,
      (error) => `${error.stdout}${error.stderr}`,
    )
    if (failure === undefined) throw new Error(`${runner} has found no bug`)
    return failure
  }
  const first = await said({})
  const [, seed, faults] = first.match(/UVWASM_SEED=(\d+) UVWASM_FAULTS='(\[.*\])'/) ?? []
  if (seed === undefined || faults === undefined) throw new Error(`no line to repeat it was told: ${first}`)
  const count = JSON.parse(faults).length
  if (count > 3) throw new Error(`${count} faults are too many: ${faults}`)
  const again = await said({ UVWASM_SEED: seed, UVWASM_FAULTS: faults })
  const of = (/** @type {string} */ text) => text.match(/The run with the seed \d+ has failed after .*/)?.[0]
  if (of(again) !== of(first)) throw new Error(`expected ${of(first)}, got ${of(again)}`)
}

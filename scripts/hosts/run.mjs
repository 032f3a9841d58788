/** Runs the host contract's tests as a program (test/host/contract/program.ts) under a runtime. */
import { execFileSync, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fetchRuntime } from '../lib/runtime.mjs'

/** @typedef {import('../../test/support/plain-runner.js').Outcome} Outcome */
/**
 * A runtime, and the host to test on it.
 *
 * @typedef {{ name: string, host: string, runtime: 'node' | 'deno' | 'bun', major: string }} Way
 */
/** @typedef {{ host: string, runtime: string, outcomes: Outcome[] }} Run */

const PROGRAM = 'build/contract/test/host/contract/program.js'

/** @type {readonly Way[]} */
export const WAYS = [
  ...['20', '22', '24', '26'].flatMap((major) =>
    ['handle', 'net'].map((transport) => ({
      name: `node-${major}-${transport}`,
      host: `node-${transport}`,
      runtime: /** @type {const} */ ('node'),
      major,
    })),
  ),
  { name: 'deno', host: 'deno', runtime: 'deno', major: '2' },
  { name: 'bun', host: 'bun', runtime: 'bun', major: '1' },
  { name: 'virtual', host: 'virtual', runtime: 'node', major: '20' },
]

/** Compiles the tests that have changed. */
export const compile = () => {
  execFileSync('node_modules/.bin/tsc', ['--project', 'test/host/contract/tsconfig.json'], { stdio: 'inherit' })
}

/** @param {Way} way */
const command = ({ runtime, major }) =>
  runtime === 'deno' ? [fetchRuntime(runtime, major), 'run', '--allow-all', '--quiet'] : [fetchRuntime(runtime, major)]

/**
 * Runs the tests, which {@link compile} must have compiled. Each test has its own deadline.
 *
 * @param {Way} way
 * @returns {Promise<Run>}
 */
export const runContract = async (way) => {
  const [program = '', ...args] = command(way)
  const child = spawn(program, [...args, PROGRAM, way.host], { stdio: ['ignore', 'pipe', 'inherit'] })
  /** @type {Run} */
  const run = { host: way.host, runtime: '', outcomes: [] }
  for await (const line of createInterface(child.stdout)) {
    const told = JSON.parse(line)
    if ('path' in told) run.outcomes.push(told)
    else run.runtime = told.runtime
  }
  const code = child.exitCode ?? (await new Promise((resolve) => child.once('exit', resolve)))
  if (code !== 0) run.outcomes.push({ path: ['the program'], error: `exited with ${code}` })
  return run
}

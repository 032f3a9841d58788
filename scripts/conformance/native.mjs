/** Runs entries of libuv's tests natively, from the same source on this machine: the oracle. */
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, symlinkSync } from 'node:fs'
import { resolve } from 'node:path'
import { commandIn } from './network.mjs'

/** @typedef {import('./entry.mjs').Outcome} Outcome */

const PROGRAM = resolve('build/conformance/native/uv_run_tests')
/** Its working directory, so that the files it leaves behind affect nothing else. */
const FOLDER = resolve('build/conformance/work')

/**
 * Creates the tests' working directory; the tests look for their fixtures in `test/`.
 *
 * @param {string} libuv the directory of libuv's source
 */
export const prepare = (libuv) => {
  mkdirSync(FOLDER, { recursive: true })
  if (!existsSync(`${FOLDER}/test`)) symlinkSync(resolve(libuv, 'test'), `${FOLDER}/test`)
}

/**
 * @param {string} name the entry
 * @param {boolean} ownNetwork whether it runs in a separate network
 * @param {number} deadline milliseconds; the entry's own deadline applies too
 * @returns {Promise<Outcome['result']>}
 */
export const runNatively = (name, ownNetwork, deadline) =>
  new Promise((done) => {
    const { program, args } = commandIn(ownNetwork, PROGRAM, [name])
    const env = { ...process.env, UV_RUN_AS_ROOT: '1' }
    const child = spawn(program, args, { cwd: FOLDER, env, stdio: ['ignore', 'pipe', 'ignore'], timeout: deadline })
    let output = ''
    child.stdout.setEncoding('utf8').on('data', (/** @type {string} */ text) => {
      output += text
    })
    child.once('error', () => done('fail'))
    child.once('close', () => {
      const line = output.split('\n').find((text) => /^(?:not )?ok /.test(text)) ?? 'not ok'
      done(line.startsWith('not') ? 'fail' : line.includes('# SKIP') ? 'skip' : 'pass')
    })
  })

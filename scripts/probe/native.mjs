/** Runs the probe natively: what Linux answers. */
import { spawn } from 'node:child_process'
import { chownSync, mkdtempSync, rmSync } from 'node:fs'
import { constants, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { answersOf, DEADLINE, ENVIRONMENT, PROGRAMS } from './calls.mjs'

/** A guest runs as this user; only root can run another program so. */
const NOBODY = 65534
/** @type {{ uid?: number, gid?: number }} */
const user = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {}

/**
 * Makes a call in an empty directory.
 *
 * @param {string} call
 * @returns {Promise<string[]>} its answers
 */
export const runNatively = (call) => {
  const folder = mkdtempSync(join(tmpdir(), 'probe-'))
  if (user.uid !== undefined) chownSync(folder, NOBODY, NOBODY)
  return new Promise((done, fail) => {
    const child = spawn(resolve(PROGRAMS.native), [call], {
      ...user,
      cwd: folder,
      env: ENVIRONMENT,
      stdio: ['ignore', 'ignore', 'pipe'],
      timeout: DEADLINE,
    })
    let output = ''
    child.stderr.on('data', (bytes) => {
      output += bytes
    })
    child.on('error', fail)
    child.on('close', (code, signal) => {
      rmSync(folder, { recursive: true, force: true })
      // As a shell reports it, and as guests end.
      const status = code ?? 128 + (signal === null ? 0 : constants.signals[signal])
      done(answersOf(output, status === 0 ? undefined : `with code ${status}`))
    })
  })
}

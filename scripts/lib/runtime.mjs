/** The JavaScript runtimes that the library is tried on. */
import { execFileSync } from 'node:child_process'
import { resolve } from 'node:path'

/**
 * A runtime, fetched if need be.
 *
 * @param {string} name - node, deno or bun
 * @param {string} major
 * @returns {string} its program
 */
export const fetchRuntime = (name, major) =>
  name === 'node' && process.versions.node.startsWith(`${major}.`)
    ? process.execPath
    : resolve(execFileSync('scripts/fetch-runtime.sh', [name, major, 'build/download'], { encoding: 'utf8' }).trim())

/** The JavaScript runtimes that the library is tested on. */
import { execFileSync } from 'node:child_process'
import { resolve } from 'node:path'

/**
 * Finds a runtime, and fetches it if needed.
 *
 * @param {string} name - node, deno or bun
 * @param {string} major
 * @returns {string} the path of its executable
 */
export const fetchRuntime = (name, major) =>
  name === 'node' && process.versions.node.startsWith(`${major}.`)
    ? process.execPath
    : resolve(execFileSync('scripts/fetch-runtime.sh', [name, major, 'build/download'], { encoding: 'utf8' }).trim())

/** The scenarios of running out of descriptors, in a Node process at its own limit; see process-limit.mjs. */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from '@jest/globals'
import { nativeTraces, sideBySide, tracesOf } from './support/native-traces.js'

const program = fileURLToPath(new URL('support/process-limit.mjs', import.meta.url))

// glibc opens a file when another thread frees memory outside of the first arena; here that would use the last
// descriptor.
const env = { ...process.env, MALLOC_ARENA_MAX: '1' }

test.each(['handle', 'net'])(
  'over %s, calls at the limit of the process have the same results as natively',
  async (transport) => {
    const command = ['ulimit -n 128; exec "$@"', 'sh', process.execPath, program, transport]
    const [native, { stdout }] = await Promise.all([
      nativeTraces('descriptors'),
      promisify(execFile)('sh', ['-c', ...command], { timeout: 10_000, env }),
    ])
    const ours = tracesOf(stdout)
    expect([...ours.keys()]).toEqual(['calls that need one', 'nothing to accept with'])
    for (const [name, got] of ours) {
      const wanted = native.get(name) ?? []
      if (got.join('\n') !== wanted.join('\n')) throw new Error(`${name}: another trace\n${sideBySide(wanted, got)}`)
    }
  },
)

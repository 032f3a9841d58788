/** What a guest says it was linked with: old, present, newer and hostile ones. */
import { describe, expect, test } from '@jest/globals'
import { Revision, VERSION } from '../../src/abi/revision.js'
import { type Offers, wantedImports } from '../../src/runtime/imports.js'
import { type LinkedWith, linkedWith } from '../../src/runtime/linked-with.js'
import { relinked } from '../support/linked-section.js'
import { build, type ImportPart } from './support/wasm-builder.js'

const NEWER = Revision.NEWEST + 1
const offers: Offers = new Map([['uv_host_1', { functions: { clock: () => 0 }, types: { clock: ':d' } }]])

/** A module with imports, and with a section of each text. */
const saying = (texts: readonly string[], ...imports: ImportPart[]): WebAssembly.Module =>
  new WebAssembly.Module(relinked(build({ imports, functions: [] }), ...texts))

const read = (...texts: readonly string[]): LinkedWith => linkedWith(saying(texts))

test('a module without the section has the first revision, and no version', () => {
  expect(read()).toEqual({ revision: 1, version: undefined })
})

test.each([
  ['revision 1, version 0.1.0', { revision: 1, version: '0.1.0' }],
  ['revision 2, version 0.1.0', { revision: 2, version: '0.1.0' }],
  ['revision 2, version 12.34.56-rc.1', { revision: 2, version: '12.34.56-rc.1' }],
])('%j is read', (text, expected) => {
  expect(read(text)).toEqual(expected)
})

test.each<[string, readonly string[]]>([
  ['nothing', ['']],
  ['another text', ['hello']],
  ['revision 0', ['revision 0, version 0.1.0']],
  ['a revision that is no number', ['revision 1e9, version 0.1.0']],
  ['a version that is none', ['revision 2, version x']],
  ['a second line', ['revision 2, version 0.1.0\n']],
  ['a zero', ['revision 2, version 0.1.0\0']],
  ['a mebibyte', ['x'.repeat(2 ** 20)]],
  ['a digit without end', [`revision ${'9'.repeat(60)}`]],
  ['the section twice', ['revision 2, version 0.1.0', 'revision 2, version 0.1.0']],
])('a section with %s is refused', (_what, texts) => {
  expect(() => read(...texts)).toThrow(
    expect.objectContaining({ name: 'LinkError', message: expect.stringMatching(/^Cannot link the module: .*uvcc/) }),
  )
})

describe('a module that is newer than its host is refused with both versions:', () => {
  const says = (version: string) => new RegExp(`libuv-wasm ${version}, and this is ${VERSION}: run it with ${version}`)

  test('with a newer revision, whatever it imports', () => {
    expect(() => wantedImports(saying([`revision ${NEWER}, version 9.8.7`]), offers)).toThrow(says('9.8.7'))
    expect(() => read(`revision ${NEWER}, version ${VERSION}`)).toThrow(/build it with uvcc of this version/)
  })

  test('with a new function', () => {
    const wanted = { module: 'uv_host_1', name: 'fly' }
    expect(() => wantedImports(saying(['revision 2, version 9.8.7'], wanted), offers)).toThrow(says('9.8.7'))
    expect(() => wantedImports(saying([`revision 2, version ${VERSION}`], wanted), offers)).toThrow(
      /no such function here; build it with uvcc of this version/,
    )
  })

  test('but not if it needs nothing new', () => {
    const wanted = { module: 'uv_host_1', name: 'clock' }
    expect(wantedImports(saying(['revision 2, version 9.8.7'], wanted), offers)).toEqual([wanted])
  })
})

/** Tests of what a foreign module may import, and of the errors for other imports. */
import { describe, expect, test } from '@jest/globals'
import { Loop, virtualHost } from '../../src/index.js'
import { importObject, type Offers, wantedImports } from '../../src/runtime/imports.js'
import { build, I32, type ImportPart } from './support/wasm-builder.js'

const offers: Offers = new Map([
  ['uv_host_1', { functions: { clock: () => 0 }, types: { clock: ':d' } }],
  ['wasi_snapshot_preview1', { functions: { fd_close: () => 0 }, types: { fd_close: 'i:i' } }],
])

const importing = (...imports: ImportPart[]): WebAssembly.Module =>
  new WebAssembly.Module(build({ imports, functions: [] }))
const refused = (module: string, name: string, other?: readonly number[]): unknown => {
  try {
    return wantedImports(importing({ module, name, ...(other && { other }) }), offers)
  } catch (error) {
    return error
  }
}

/** In the binary format: a global, a memory, a table and a tag, each of the first type. */
const OTHERS = { global: [3, I32, 0], memory: [2, 0, 1], table: [1, 0x70, 0, 1] }

describe('an import is refused with its name, its origin and the remedy:', () => {
  test.each([
    ['uv_host_2', 'clock', /libuv-wasm's own interface.*uvcc of this version/],
    ['uv_host_1', 'fly', /libuv-wasm's own interface, which has no such function here/],
    ['uv_face_1', 'on_read', /libuv-wasm's own interface/],
    ['uv_pump_9', 'leave', /libuv-wasm's own interface/],
    ['wasi_snapshot_preview1', 'sock_open', /a socket call/],
    ['wasi_snapshot_preview1', 'fd_fly', /preview 1, which has no such function here/],
    ['wasi_unstable', 'fd_write', /preview 0.*targets WASI preview 1/],
    ['wasix_32v1', 'proc_fork', /WASIX/],
    ['wasi', 'thread-spawn', /wasi-threads/],
    ['wasi:sockets/tcp@0.2.0', 'connect', /component model/],
    ['wasi:cli/run', 'run', /component model/],
    ['cm32p2|wasi:io/poll@0.2', 'poll', /component model/],
    ['gojs', 'runtime.wasmExit', /Go's.*GOOS=wasip1/],
    ['go', 'debug', /Go's/],
    ['wbg', '__wbindgen_throw', /wasm-bindgen/],
    ['./program_bg.js', '__wbg_log', /wasm-bindgen/],
    ['env', 'abort', /AssemblyScript/],
    ['env', 'invoke_vi', /emscripten/],
    ['a', 'b', /emscripten/],
    ['GOT.func', 'f', /emscripten/],
    ['unknown', 'function', /no known standard/],
  ])('%s, %s', (module, name, says) => {
    expect(refused(module, name)).toMatchObject({ name: 'LinkError', message: expect.stringMatching(says) })
    expect(String(refused(module, name))).toContain(`imports the function ${JSON.stringify(name)} from "${module}"`)
  })

  test.each(Object.entries(OTHERS))('a %s with any name', (kind, other) => {
    for (const name of ['clock', 'constructor', 'anything']) {
      expect(refused('uv_host_1', name, other)).toMatchObject({
        name: 'LinkError',
        message: expect.stringContaining(`the ${kind} "${name}"`),
      })
    }
  })

  test('a very long name, truncated', () => {
    expect(String(refused('n'.repeat(10_000), 'x'.repeat(10_000))).length).toBeLessThan(1000)
  })
})

test('an inherited property is never found as a module or a function', () => {
  const names = ['__proto__', ...Object.getOwnPropertyNames(Object.prototype)]
  for (const name of names) {
    for (const module of [...names, 'uv_host_1', 'wasi_snapshot_preview1']) {
      expect(refused(module, name)).toMatchObject({ name: 'LinkError' })
    }
    expect(refused(name, 'clock')).toMatchObject({ name: 'LinkError' })
  }
  const imports = importObject([{ module: 'uv_host_1', name: 'clock' }], () => () => 0)
  expect([imports, imports.uv_host_1].map((one) => Object.getPrototypeOf(one))).toEqual([null, null])
})

test('an import that is listed twice is linked once', () => {
  const clock = { module: 'uv_host_1', name: 'clock' }
  expect(wantedImports(importing(clock, clock), offers)).toEqual([clock])
})

describe('Loop.open({ module })', () => {
  const open = (module: Uint8Array<ArrayBuffer>): Promise<Loop> => Loop.open({ host: virtualHost(), module })

  test.each<[string, ImportPart]>([
    ['a name that objects inherit', { module: 'toString', name: 'constructor', params: [I32], results: [I32] }],
    ['a property of a property', { module: 'uv_host_1', name: 'constructor' }],
    ['a global', { module: 'uv_host_1', name: 'clock', other: OTHERS.global }],
    ['a memory', { module: 'env', name: 'memory', other: OTHERS.memory }],
    ['a call that only guests have', { module: 'uv_pump_1', name: 'leave', params: [I32] }],
    ['a call with another type', { module: 'uv_host_1', name: 'close', params: [0x6f], results: [0x6f] }],
    ['a callback with a result', { module: 'uv_face_1', name: 'on_read', params: [I32, I32], results: [I32] }],
  ])('refuses %s before the module runs', async (_what, wanted) => {
    const endless = { code: [[0x03, 0x40, 0x0c, 0, 0x0b]] }
    const start = wanted.other === undefined ? 1 : 0
    await expect(open(build({ imports: [wanted], functions: [endless], start }))).rejects.toMatchObject({
      name: 'LinkError',
      message: expect.stringMatching(/^Cannot link the module: .*(?:uvcc|a memory that it defines)/),
    })
  })
})

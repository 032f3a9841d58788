/** Tests of modules that are not the library's. */
import { createServer } from 'node:http'
import { runInNewContext } from 'node:vm'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { Loop, type LoopOptions, virtualHost } from '../../src/index.js'
import { compileModule, describeModule } from '../../src/runtime/module.js'
import { exporting, libuv, name, section, types, vector, wasm } from './support/wasm-builder.js'

const open = (module: LoopOptions['module']): Promise<Loop> =>
  Loop.open({ host: virtualHost(), ...(module && { module }) })

describe('Loop.open() with a module that is', () => {
  test.each<[what: string, module: Uint8Array<ArrayBuffer>, error: string, message: RegExp]>([
    ['not WebAssembly', new Uint8Array([1, 2, 3]), 'CompileError', /./],
    ['empty', new Uint8Array(0), 'CompileError', /./],
    ['truncated', new Uint8Array([0, 0x61, 0x73, 0x6d, 1]), 'CompileError', /./],
    ['without exports', wasm(), 'TypeError', /does not export libuv; build it with `make wasm`/],
    [
      'importing an unknown function',
      wasm(types, section(2, vector([...name('env'), ...name('nothing'), 0, 0]))),
      'LinkError',
      /env/,
    ],
    [
      "importing an unknown function of the library's interface",
      wasm(types, section(2, vector([...name('uv_host_1'), ...name('fly'), 0, 0]))),
      'LinkError',
      /fly/,
    ],
    ['without a description', exporting({ _initialize: 0 }), 'TypeError', /does not export libuv/],
    ['without a memory', exporting(libuv(0), { memory: false }), 'TypeError', /does not export libuv/],
    ['with its description outside its memory', exporting(libuv(0)), 'TypeError', /is outside its memory/],
    [
      'with a description that is not valid JSON',
      exporting(libuv(8), { text: 'libuv' }),
      'TypeError',
      /not valid JSON/,
    ],
    [
      'with a description of something else',
      exporting(libuv(8), { text: '{"errno":{}}' }),
      'TypeError',
      /does not describe errno\.E2BIG/,
    ],
    ['trapping', exporting(libuv('trap')), 'RuntimeError', /unreachable/],
  ])('%s is refused', async (_what, module, error, message) => {
    await expect(open(module)).rejects.toMatchObject({ name: error, message: expect.stringMatching(message) })
    const compiled = WebAssembly.compile(module).catch(() => undefined)
    const source = await compiled
    if (source !== undefined) await expect(open(source)).rejects.toMatchObject({ name: error })
  })

  test('calling the library while it is instantiated is refused', async () => {
    const call = section(2, vector([...name('uv_host_1'), ...name('clock'), 0, 0]))
    const clock = section(1, vector([0x60, 0, 1, 0x7c], [0x60, 0, 0]))
    const start = wasm(
      clock,
      call,
      section(3, vector([1])),
      section(8, [1]),
      section(10, vector([5, 0, 0x10, 0, 0x1a, 0x0b])),
    )
    await expect(open(start)).rejects.toMatchObject({
      name: 'TypeError',
      message: expect.stringMatching(/during instantiation/),
    })
  })
})

test('a failed Loop.open() leaves nothing open', async () => {
  const host = virtualHost()
  const current = Loop.current
  await expect(Loop.open({ host, module: wasm(), default: true })).rejects.toThrow(TypeError)
  expect([Loop.current, host.open()]).toEqual([current, []])
  const loop = await Loop.open({ host, default: true })
  loop.close()
})

describe('compileModule()', () => {
  const server = createServer((request, response) => {
    response.writeHead(request.url === '/libuv.wasm' ? 200 : 404)
    response.end(request.url === '/libuv.wasm' ? wasm() : 'no such page')
  })
  let base: string

  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    if (address === null || typeof address === 'string') throw new Error('no port')
    base = `http://127.0.0.1:${address.port}`
  })

  afterAll(() => void server.close())

  test.each<[string, () => Parameters<typeof compileModule>[0]]>([
    ['the package', () => undefined],
    ['bytes', () => wasm()],
    ['a buffer', () => wasm().buffer],
    ['a compiled module', () => new WebAssembly.Module(wasm())],
    ['a module of another realm', () => runInNewContext('new WebAssembly.Module(bytes)', { bytes: wasm() })],
    ['a file', () => new URL('../../wasm/build/debug/libuv.wasm', import.meta.url)],
    ['the network', () => new URL('/libuv.wasm', base)],
  ])('accepts %s', async (_name, source) => {
    expect(Object.prototype.toString.call(await compileModule(source()))).toBe('[object WebAssembly.Module]')
  })

  test('reports an address without a module', async () => {
    await expect(compileModule(new URL('/other.wasm', base))).rejects.toMatchObject({
      name: 'TypeError',
      message: expect.stringMatching(/Cannot load the module from http:.*\/other\.wasm: 404/),
    })
    await expect(compileModule(new URL('file:///no/such/libuv.wasm'))).rejects.toMatchObject({ code: 'ENOENT' })
  })

  test('compiles the shipped module once, and describeModule() does not run it', async () => {
    expect(await compileModule()).toBe(await compileModule())
    expect(await describeModule()).toMatchObject({ build: 'release' })
  })
})

import { readFile } from 'node:fs/promises'
import { expect, test } from '@jest/globals'
import { Loop, virtualHost, type WasiProvider } from '../../src/index.js'
import { needsProvider, noStreams } from '../../src/wasi/provider.js'

const shipped = async (flavour: 'debug' | 'release'): Promise<WebAssembly.Module> =>
  WebAssembly.compile(new Uint8Array(await readFile(`wasm/build/${flavour}/libuv.wasm`)))

test('the published module needs no provider, and the debug module does', async () => {
  expect(needsProvider(await shipped('release'), {})).toBe(false)
  expect(needsProvider(await shipped('debug'), {})).toBe(true)
})

test('a given provider is used although the module needs none', async () => {
  const bound: WebAssembly.Instance[] = []
  const wasi: WasiProvider = { imports: () => noStreams, bind: (instance) => bound.push(instance) }
  const loop = await Loop.open({ host: virtualHost(), wasi })
  expect(bound).toHaveLength(1)
  loop.close()
})

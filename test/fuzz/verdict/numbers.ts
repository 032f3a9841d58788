/** The numbers of the C library that guests are built with, as the module under test describes itself. */
import { readFile } from 'node:fs/promises'
import type { Description } from '../../../src/abi/description.js'

/** Reads them. @param dist - the folder of the built library */
export async function readNumbers(dist: URL): Promise<Description> {
  const module = await WebAssembly.compile(await readFile(new URL('libuv.wasm', dist)))
  const imports: Record<string, Record<string, () => number>> = Object.create(null)
  for (const { module: from, name } of WebAssembly.Module.imports(module)) {
    imports[from] ??= Object.create(null)
    Object.assign(imports[from] ?? {}, { [name]: () => 0 })
  }
  const { memory, uvw_describe: describe } = (await WebAssembly.instantiate(module, imports)).exports
  if (!(memory instanceof WebAssembly.Memory) || !isCall(describe)) throw new Error(`no libuv in ${dist}`)
  const bytes = new Uint8Array(memory.buffer).subarray(describe())
  return JSON.parse(new TextDecoder().decode(bytes.subarray(0, bytes.indexOf(0))))
}

function isCall(value: unknown): value is () => number {
  return typeof value === 'function'
}

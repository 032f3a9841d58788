/** Finds and compiles libuv's WebAssembly module, once in a process. */

import { isCall } from '../abi/call.js'
import { type Description, parseDescription } from '../abi/description.js'
import { Memory } from '../abi/memory.js'

/** Where a module may come from: compiled, its bytes, or an address of it. */
export type ModuleSource = WebAssembly.Module | Uint8Array<ArrayBuffer> | ArrayBuffer | URL

const SHIPPED = new URL('../../wasm/build/release/libuv.wasm', import.meta.url)

let shipped: Promise<WebAssembly.Module> | undefined

/**
 * Compiles a module.
 *
 * @param source - the one that comes with this package by default
 * @throws {WebAssembly.CompileError} when the bytes are no WebAssembly
 */
export function compileModule(source?: ModuleSource): Promise<WebAssembly.Module> {
  if (source === undefined) {
    shipped ??= load(SHIPPED).catch((error: unknown) => {
      shipped = undefined
      throw new Error(`Cannot load libuv's WebAssembly module from ${SHIPPED.href}: was it built? (make wasm)`, {
        cause: error,
      })
    })
    return shipped
  }
  if (source instanceof WebAssembly.Module) return Promise.resolve(source)
  return source instanceof URL ? load(source) : WebAssembly.compile(source)
}

let described: Promise<Description> | undefined

/**
 * The numbers of the C library that comes with this package, which programs linked with its libuv have too.
 *
 * @returns once the package's module was compiled and asked, which happens once in a process
 */
export function describeModule(): Promise<Description> {
  described ??= compileModule().then(readDescription)
  return described
}

async function readDescription(module: WebAssembly.Module): Promise<Description> {
  // Only a function that touches nothing but its own memory is called, so the imports may be empty shells.
  const imports: WebAssembly.Imports = {}
  for (const { module: from, name } of WebAssembly.Module.imports(module)) {
    const shells = imports[from] ?? {}
    shells[name] = () => 0
    imports[from] = shells
  }
  const { exports } = await WebAssembly.instantiate(module, imports)
  const { uvw_describe: describe } = exports
  if (!isCall(describe) || !(exports.memory instanceof WebAssembly.Memory)) {
    throw new TypeError('Cannot read the description of the module: it does not export libuv')
  }
  return parseDescription(new Memory(exports.memory).string(describe()))
}

async function load(url: URL): Promise<WebAssembly.Module> {
  if (url.protocol !== 'file:') return WebAssembly.compile(await (await fetch(url)).arrayBuffer())
  // Only Node, Deno and Bun have files, and only they know this module.
  const { readFile } = await import('node:fs/promises')
  return WebAssembly.compile(new Uint8Array(await readFile(url)))
}

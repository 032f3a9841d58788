/** Finds and compiles libuv's WebAssembly module, once in a process. */

import { type Description, parseDescription } from '../abi/description.js'
import { Memory } from '../abi/memory.js'
import { isCall } from '../base/call.js'
import type { PlatformURL, WasmExports, WasmModule } from '../base/platform-types.js'
import { importObject } from './imports.js'

/** Where a module may come from: compiled, its bytes, or an address of it. */
export type ModuleSource = WasmModule | Uint8Array<ArrayBuffer> | ArrayBuffer | PlatformURL

/** Where the module is that comes with this package. */
// Bundlers know this form, and one that does not leaves a file to be copied beside its bundle. In src it is a link to what was
// built.
export const shippedModule: PlatformURL = new URL('./libuv.wasm', import.meta.url)

let shipped: Promise<WasmModule> | undefined

/**
 * Compiles a module.
 *
 * @param source - the one that comes with this package by default
 * @throws {WebAssembly.CompileError} when the bytes are no WebAssembly
 * @throws {TypeError} when nothing is to be had from its address
 */
export async function compileModule(source?: ModuleSource): Promise<WasmModule> {
  if (source === undefined) {
    shipped ??= loadOwn().catch((error: unknown) => {
      shipped = undefined
      const remedy =
        "a bundler that leaves the file behind wants Loop.open({ module }), this project's own folder `make wasm`"
      throw new Error(`Cannot load libuv's WebAssembly module from ${shippedModule.href}: ${remedy}`, {
        cause: error,
      })
    })
    return shipped
  }
  if (source instanceof URL) return load(source)
  return isModule(source) ? source : WebAssembly.compile(source)
}

/** The modules that are known to be the one that comes with this package. */
const own = new WeakSet<WasmModule>()

async function loadOwn(): Promise<WasmModule> {
  const module = await load(shippedModule)
  own.add(module)
  return module
}

/** {@link compileModule} for a caller that cannot wait. @param bytes - what is to be had from {@link shippedModule} */
export function compileOwn(bytes: Uint8Array<ArrayBuffer>): WasmModule {
  const module = new WebAssembly.Module(bytes)
  own.add(module)
  return module
}

/** Whether a module is known to be the one that comes with this package. One that is given from outside is not, be it the same. */
export function isOwn(module: WasmModule): boolean {
  return own.has(module)
}

/** Whether it is compiled, by whatever realm: a worker's or a test's has a `WebAssembly` of its own. */
function isModule(source: ModuleSource): source is WasmModule {
  return Object.prototype.toString.call(source) === '[object WebAssembly.Module]'
}

/** The module's description as JSON, where a bundler has put it in: compiling the module to ask takes the command 1 ms. */
declare const SHIPPED_DESCRIPTION: string | undefined

let described: Promise<Description> | undefined

/**
 * The numbers of the C library that comes with this package, which programs linked with its libuv have too.
 *
 * @returns once the package's module was compiled and asked, which happens once in a process
 */
export function describeModule(): Promise<Description> {
  described ??=
    typeof SHIPPED_DESCRIPTION === 'string'
      ? Promise.resolve(parseDescription(SHIPPED_DESCRIPTION))
      : compileModule().then(readDescription)
  return described
}

async function readDescription(module: WasmModule): Promise<Description> {
  // Only a function that touches nothing but its own memory is called, so the imports may be empty shells.
  const imports = importObject(WebAssembly.Module.imports(module), () => () => 0)
  const { exports } = await WebAssembly.instantiate(module, imports)
  return describe(exports)
}

/**
 * What an instance says about itself.
 *
 * @throws {TypeError} when it does not, or not all that we need
 */
export function describe({ memory, uvw_describe: call }: WasmExports): Description {
  if (!isCall(call) || !(memory instanceof WebAssembly.Memory)) {
    throw new TypeError('Cannot use the module: it does not export libuv (build it with `make wasm`)')
  }
  try {
    return parseDescription(new Memory(memory).string(call()))
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new TypeError('Cannot use the module: its description lies outside its memory', { cause: error })
  }
}

async function load(url: URL): Promise<WasmModule> {
  if (url.protocol !== 'file:') {
    const response = await fetch(url)
    if (!response.ok)
      throw new TypeError(`Cannot load the module from ${url.href}: ${response.status} ${response.statusText}`)
    return WebAssembly.compile(await response.arrayBuffer())
  }
  const { readFile } = await import('#platform')
  return WebAssembly.compile(new Uint8Array(await readFile(url)))
}

/** Finds and compiles libuv's WebAssembly module, once per process. */

import { type Description, parseDescription } from '../abi/description.js'
import { Memory } from '../abi/memory.js'
import { isCall } from '../base/call.js'
import type { PlatformURL, WasmExports, WasmModule } from '../base/platform-types.js'
import { importObject } from './imports.js'

/** The source of a module: compiled, its bytes, or its URL. */
export type ModuleSource = WasmModule | Uint8Array<ArrayBuffer> | ArrayBuffer | PlatformURL

/** The URL of the module that comes with this package. */
// Bundlers recognize this form; with one that does not, the file has to be copied next to the bundle. In src, it is a
// link to the built module.
export const shippedModule: PlatformURL = new URL('./libuv.wasm', import.meta.url)

let shipped: Promise<WasmModule> | undefined

/**
 * Compiles a module.
 *
 * @param source - the module that comes with this package by default
 * @param change - changes its bytes before it is compiled; not called for a module that is compiled already
 * @throws {WebAssembly.CompileError} when the bytes are not valid WebAssembly
 * @throws {TypeError} when nothing can be loaded from its URL; and the errors of `change`
 */
export async function compileModule(
  source?: ModuleSource,
  change: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer> = (bytes) => bytes,
): Promise<WasmModule> {
  if (source === undefined) {
    shipped ??= loadOwn().catch((error: unknown) => {
      shipped = undefined
      const remedy =
        'pass it as Loop.open({ module }) if a bundler left it out, or run `make wasm` in a checkout of the project'
      throw new Error(`Cannot load libuv's WebAssembly module from ${shippedModule.href}: see the cause; ${remedy}`, {
        cause: error,
      })
    })
    return shipped
  }
  if (source instanceof URL) return WebAssembly.compile(change(await load(source)))
  if (isModule(source)) return source
  return WebAssembly.compile(change(ArrayBuffer.isView(source) ? source : new Uint8Array(source)))
}

/** The compiled modules that are known to come with this package. */
const own = new WeakSet<WasmModule>()

async function loadOwn(): Promise<WasmModule> {
  const module = await WebAssembly.compile(await load(shippedModule))
  own.add(module)
  return module
}

/** The synchronous variant of {@link compileModule}. @param bytes - the contents of {@link shippedModule} */
export function compileOwn(bytes: Uint8Array<ArrayBuffer>): WasmModule {
  const module = new WebAssembly.Module(bytes)
  own.add(module)
  return module
}

/**
 * Whether a module is known to be the one that comes with this package. A module that a caller passes in never is,
 * even if it is identical.
 */
export function isOwn(module: WasmModule): boolean {
  return own.has(module)
}

/** Whether it is a compiled module, from any realm: a worker and a test have another `WebAssembly` object. */
function isModule(source: ModuleSource): source is WasmModule {
  return Object.prototype.toString.call(source) === '[object WebAssembly.Module]'
}

/**
 * The module's description as JSON, where a bundler has put it in: compiling the module to ask takes the command 1 ms.
 */
declare const SHIPPED_DESCRIPTION: string | undefined

let described: Promise<Description> | undefined

/**
 * The constants of the C library that comes with this package, which are the same for programs linked with its libuv.
 *
 * @returns a promise that resolves once the package's module has been compiled and queried, which happens once per
 *   process
 */
export function describeModule(): Promise<Description> {
  described ??=
    typeof SHIPPED_DESCRIPTION === 'string'
      ? Promise.resolve(parseDescription(SHIPPED_DESCRIPTION))
      : compileModule().then(readDescription)
  return described
}

async function readDescription(module: WasmModule): Promise<Description> {
  // The only function that is called uses nothing but its own memory, so the imports may be empty stubs.
  const imports = importObject(WebAssembly.Module.imports(module), () => () => 0)
  const { exports } = await WebAssembly.instantiate(module, imports)
  return describe(exports)
}

/**
 * Reads the description that an instance exports.
 *
 * @throws {TypeError} when it exports none, or an incomplete one
 */
export function describe({ memory, uvw_describe: call }: WasmExports): Description {
  if (!isCall(call) || !(memory instanceof WebAssembly.Memory)) {
    throw new TypeError('Cannot use the module: it does not export libuv; build it with `make wasm`')
  }
  try {
    return parseDescription(new Memory(memory).string(call()))
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new TypeError('Cannot use the module: its description is outside its memory; build it with `make wasm`', {
      cause: error,
    })
  }
}

async function load(url: URL): Promise<Uint8Array<ArrayBuffer>> {
  if (url.protocol !== 'file:') {
    const response = await fetch(url)
    if (!response.ok)
      throw new TypeError(
        `Cannot load the module from ${url.href}: ${response.status} ${response.statusText}; check the URL`,
      )
    return new Uint8Array(await response.arrayBuffer())
  }
  const { readFile } = await import('#platform')
  return new Uint8Array(await readFile(url))
}

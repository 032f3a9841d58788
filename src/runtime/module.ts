/** Finds and compiles libuv's WebAssembly module, once in a process. */

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

async function load(url: URL): Promise<WebAssembly.Module> {
  if (url.protocol !== 'file:') return WebAssembly.compile(await (await fetch(url)).arrayBuffer())
  // Only Node, Deno and Bun have files, and only they know this module.
  const { readFile } = await import('node:fs/promises')
  return WebAssembly.compile(new Uint8Array(await readFile(url)))
}

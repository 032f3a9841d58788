/** Compiles the C programs of test/guest/programs with the SDK's uvcc, if they or libuv have changed. */
import { execFile } from 'node:child_process'
import { mkdir, rename, stat } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
const root = new URL('../../../', import.meta.url)
const uvcc = new URL('build/sdk/bin/uvcc', root)
const archive = new URL('build/sdk/lib/libuv.a', root)
const folder = new URL('build/test-guests/', root)

const changed = async (file: URL): Promise<number> => (await stat(file)).mtimeMs

/** Milliseconds that a compiler may take on a busy machine. */
export const COMPILING = 120_000

/**
 * Compiles a program.
 *
 * @param name - the name of its file, without `.c`; it may be in a folder
 * @returns the address of the compiled module; it has debug information
 */
export const guestModule = async (name: string): Promise<URL> => {
  const source = new URL(`../programs/${name}.c`, import.meta.url)
  const module = new URL(`${name}.wasm`, folder)
  const newest = Math.max(await changed(source), await changed(archive))
  if ((await changed(module).catch(() => 0)) > newest) return module
  await mkdir(new URL('.', module), { recursive: true })
  // Other tests may compile the same program at the same time: a rename never shows an incomplete file.
  const fresh = new URL(`${name}.${process.pid}.wasm`, folder)
  await run(fileURLToPath(uvcc), ['-O1', '-g', '-Wall', '-Werror', fileURLToPath(source), '-o', fileURLToPath(fresh)])
  await rename(fresh, module)
  return module
}

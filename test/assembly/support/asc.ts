/** Compiles programs in AssemblyScript with the real asc, if they or the library have changed. */
import { execFile } from 'node:child_process'
import { mkdir, readdir, rename, stat } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
const root = new URL('../../../', import.meta.url)
const library = new URL('assembly/', root)
const folder = new URL('build/assembly/', root)

const changed = async (file: URL): Promise<number> => (await stat(file)).mtimeMs

/** When the library was last changed. */
const libraryChanged = async (): Promise<number> => {
  const names = await readdir(library, { recursive: true })
  return Math.max(...(await Promise.all(names.map((name) => changed(new URL(name, library))))))
}

const compiling = new Map<string, Promise<URL>>()

/**
 * Compiles a program, once in a run.
 *
 * @param source - its file, from the root of the repository
 * @param config - the configuration that it extends, in `assembly`
 * @returns the address of the compiled module; its bindings are beside it
 */
export const assemblyModule = (source: string, config = 'asconfig.json'): Promise<URL> => {
  const known = compiling.get(source) ?? compile(source, config)
  compiling.set(source, known)
  return known
}

const compile = async (source: string, config: string): Promise<URL> => {
  const name = source.replace(/^.*\//, '').replace(/\.ts$/, '')
  const module = new URL(`${name}.wasm`, folder)
  const newest = Math.max(await changed(new URL(source, root)), await libraryChanged())
  if ((await changed(module).catch(() => 0)) > newest) return module
  // Other tests may compile the same program at the same time: a rename never shows an incomplete file.
  const fresh = new URL(`${process.pid}/`, folder)
  await mkdir(fresh, { recursive: true })
  const out = fileURLToPath(new URL(`${name}.wasm`, fresh))
  await run(process.execPath, ['scripts/assembly.mjs', out, source, `assembly/${config}`], { cwd: fileURLToPath(root) })
  for (const made of await readdir(fresh)) {
    if (!made.endsWith('.wasm')) await rename(new URL(made, fresh), new URL(made, folder))
  }
  await rename(new URL(`${name}.wasm`, fresh), module)
  return module
}

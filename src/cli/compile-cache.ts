/**
 * Keeps the code that Node has compiled for the command, so that the next start takes a sixth less time. Needs Node
 * 22.1 or later. The cache is `libuv-wasm` in the user's cache directory; `NODE_COMPILE_CACHE` sets another
 * directory, and `NODE_DISABLE_COMPILE_CACHE=1` disables it.
 *
 * @see https://nodejs.org/api/module.html#module-compile-cache
 */
import { existsSync, mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'

/** The functions that recent versions of Node have, and compatible runtimes may lack. */
interface Compiled {
  enableCompileCache?(folder: string): { readonly directory?: string }
  flushCompileCache?(): void
}
const compiled: Compiled & typeof import('node:module') = process.getBuiltinModule('node:module')

/** Enables the cache for the code that is loaded from now on, in this thread and in threads that are created later. */
export function enableCompileCache(): void {
  if (compiled.enableCompileCache === undefined) return
  try {
    // Node would choose the shared directory for temporary files, but the code in the cache is executed, so it must
    // be private.
    const { XDG_CACHE_HOME: caches = '' } = process.env
    const folder = isAbsolute(caches) ? caches : join(homedir(), '.cache')
    // Created here and not by Node, which retries forever where a directory can never be created, as in /proc.
    if (!existsSync(folder)) mkdirSync(folder, { mode: 0o700 })
    const { directory } = compiled.enableCompileCache(join(folder, 'libuv-wasm'))
    if (directory !== undefined) process.env.NODE_COMPILE_CACHE = directory
  } catch {
    // The user has no home directory, or cannot write to it.
  }
}

/** Writes the cache. Node does this when a process exits, but not when it is ended by a signal. */
export function writeCompileCache(): void {
  compiled.flushCompileCache?.()
}

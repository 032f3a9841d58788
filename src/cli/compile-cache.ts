/**
 * What Node has compiled of the command is kept for its next start, which takes a sixth less then: from Node 22.1 on, in
 * `libuv-wasm` among the user's caches. `NODE_COMPILE_CACHE` is another folder, `NODE_DISABLE_COMPILE_CACHE=1` is none.
 *
 * @see https://nodejs.org/api/module.html#module-compile-cache
 */
import { existsSync, mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'

/** What newer Nodes have of it, and who is like Node may not. */
interface Compiled {
  enableCompileCache?(folder: string): { readonly directory?: string }
  flushCompileCache?(): void
}
const compiled: Compiled & typeof import('node:module') = process.getBuiltinModule('node:module')

/** Begins, for what is loaded from now on in this thread, and in those made later. */
export function enableCompileCache(): void {
  if (compiled.enableCompileCache === undefined) return
  try {
    // Not the folder for everybody's temporary files, which is Node's choice: what lies there is run.
    const { XDG_CACHE_HOME: caches = '' } = process.env
    const folder = isAbsolute(caches) ? caches : join(homedir(), '.cache')
    // Not by Node: it tries for ever where nothing can be made though all seems to be there, as in /proc.
    if (!existsSync(folder)) mkdirSync(folder, { mode: 0o700 })
    const { directory } = compiled.enableCompileCache(join(folder, 'libuv-wasm'))
    if (directory !== undefined) process.env.NODE_COMPILE_CACHE = directory
  } catch {
    // A user without a home, or with one that is not to be written.
  }
}

/** Writes it. Node does so when a process exits, but one that a signal ends does not exit. */
export function writeCompileCache(): void {
  compiled.flushCompileCache?.()
}

/** The interpreters of scripts, compiled. */
import { relinked } from '../../support/linked-section.js'
import { type Catching, interpreter } from '../guest/interpreter.js'
import type { Program } from './run-guest.js'

/** The interpreters, of which an engine may not be able to run some. */
export interface Interpreters extends Readonly<Partial<Record<Catching, Program>>> {
  readonly nothing: Program
}

/** The interpreters that this engine can run. @param texts - what they say of how they were linked */
export async function compileInterpreters(...texts: readonly string[]): Promise<Interpreters> {
  const compile = async (catching: Catching): Promise<Program | undefined> => {
    const bytes = relinked(interpreter(catching), ...texts)
    return WebAssembly.validate(bytes) ? { bytes, module: await WebAssembly.compile(bytes) } : undefined
  }
  const [nothing, all, byTable] = await Promise.all([compile('nothing'), compile('all'), compile('all-by-table')])
  if (nothing === undefined) throw new Error('the interpreter is no WebAssembly')
  return { nothing, ...(all && { all }), ...(byTable && { 'all-by-table': byTable }) }
}

/** The interpreters of scripts, compiled. */
import { relinked } from '../../support/linked-section.js'
import { type Catching, interpreter } from '../guest/interpreter.js'
import type { Program } from './run-guest.js'

/** The interpreters, of which an engine may not be able to run some. */
export interface Interpreters extends Readonly<Partial<Record<Catching, Program>>> {
  readonly nothing: Program
}

const built = (['nothing', 'all', 'all-by-table'] as const).flatMap((catching) => {
  const bytes = interpreter(catching)
  return WebAssembly.validate(bytes) ? [{ catching, bytes }] : []
})

/** The ways of catching exceptions that this engine knows. */
export const CATCHING: readonly Catching[] = built.map(({ catching }) => catching)

/** The interpreters that this engine can run. @param texts - what they say of how they were linked */
export async function compileInterpreters(...texts: readonly string[]): Promise<Interpreters> {
  const compile = async (bytes: Uint8Array<ArrayBuffer>): Promise<Program> => ({
    bytes,
    module: await WebAssembly.compile(bytes),
  })
  const all = built.map(async ({ catching, bytes }) => [catching, await compile(relinked(bytes, ...texts))] as const)
  const { nothing, ...others }: Partial<Record<Catching, Program>> = Object.fromEntries(await Promise.all(all))
  if (nothing === undefined) throw new Error('the interpreter is no WebAssembly')
  return { nothing, ...others }
}

/**
 * The current runtime, identified by its sockets. This is determined at run time, not by a condition of package.json,
 * because a bundle for Node also runs on Bun and Deno.
 */
import { bunSockets } from '../bun/api.js'
import { denoSockets } from '../deno/api.js'

/** The runtimes with a separate host. */
export type RuntimeName = 'bun' | 'deno' | 'node'

/** The name of the current runtime; `node` if it is none of the others. */
export function whichRuntime(): RuntimeName {
  if (bunSockets() !== undefined) return 'bun'
  return denoSockets() === undefined ? 'node' : 'deno'
}

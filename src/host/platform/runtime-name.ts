/** Which runtime this is, by the sockets that it has. Asked for as it runs, and not by a condition of package.json: a bundle for
 * Node runs on Bun and Deno too. */
import { bunSockets } from '../bun/api.js'
import { denoSockets } from '../deno/api.js'

/** The runtimes with a host of their own. */
export type RuntimeName = 'bun' | 'deno' | 'node'

/** The name of this one; `node` where it is none of the others. */
export function whichRuntime(): RuntimeName {
  if (bunSockets() !== undefined) return 'bun'
  return denoSockets() === undefined ? 'node' : 'deno'
}

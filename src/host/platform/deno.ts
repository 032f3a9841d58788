/** What Deno has: what Node has, but its own sockets. */
import { denoHost } from '../deno.js'
import type { Host } from '../host.js'

export { loadWasi, readFile } from './node.js'

/** The host that a loop gets when its author did not choose one. */
export async function openHost(): Promise<Host> {
  return denoHost()
}

/** The host with the sockets of whichever runtime this is. Asked for as it runs, and not by a condition of package.json: a bundle
 * for Node runs on Bun and Deno too. */
import { bunSockets } from './bun/api.js'
import { bunHost } from './bun.js'
import { denoSockets } from './deno/api.js'
import { denoHost } from './deno.js'
import type { Host } from './host.js'
import { nodeHost } from './node.js'

/** The outside world: real sockets, real time. */
export function realHost(): Host {
  if (bunSockets() !== undefined) return bunHost()
  return denoSockets() === undefined ? nodeHost() : denoHost()
}

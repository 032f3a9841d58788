/** What Node has, and whoever is like it: sockets, files, WASI. package.json chooses this file or its neighbour, as `#platform`. */
import { bunSockets } from '../bun/api.js'
import { denoSockets } from '../deno/api.js'
import type { Host } from '../host.js'

export { readFile } from 'node:fs/promises'

/**
 * The host that a loop gets when its author did not choose one. Chosen as it runs, and not by a condition of package.json: a
 * bundle for Node runs on Bun and Deno too.
 */
export async function openHost(): Promise<Host> {
  if (bunSockets() !== undefined) return (await import('../bun.js')).bunHost()
  if (denoSockets() !== undefined) return (await import('../deno.js')).denoHost()
  return (await import('../node.js')).nodeHost()
}

/** Who answers WASI. webpack cannot bundle it, and has to leave it where it is. */
export function loadWasi(): Promise<typeof import('@wasmer/wasi')> {
  return import(/* webpackIgnore: true */ '@wasmer/wasi')
}

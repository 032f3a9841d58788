/** What Node has, and whoever is like it: sockets, files, WASI. package.json chooses this file or its neighbour, as `#platform`. */
import type { Host } from '../host.js'

export { readFile } from 'node:fs/promises'

/** The host that a loop gets when its author did not choose one. */
export async function openHost(): Promise<Host> {
  return (await import('../real.js')).realHost()
}

/** Who answers WASI. webpack cannot bundle it, and has to leave it where it is. */
export function loadWasi(): Promise<typeof import('@wasmer/wasi')> {
  return import(/* webpackIgnore: true */ '@wasmer/wasi')
}

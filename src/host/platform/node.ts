/** What Node has, and whoever is like it: sockets, files, WASI. package.json chooses this file or its neighbour, as `#platform`. */
import { readFileSync } from 'node:fs'
import type { Host } from '../contract/host.js'
import { nodeHost } from '../node.js'
import { whichRuntime } from './runtime-name.js'

/**
 * The bytes of a file, at once: it is one of 63 kB, and Node takes longer to load its promises of files than that takes.
 *
 * @throws what Node throws
 */
export async function readFile(url: URL): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(readFileSync(url))
}

/** The host that a loop gets when its author did not choose one; the files of the others are not read. */
export async function openHost(): Promise<Host> {
  switch (whichRuntime()) {
    case 'bun':
      return (await import('../bun.js')).bunHost()
    case 'deno':
      return (await import('../deno.js')).denoHost()
    case 'node':
      return nodeHost()
  }
}

/** Who answers WASI. webpack cannot bundle it, and has to leave it where it is. */
export function loadWasi(): Promise<typeof import('@wasmer/wasi')> {
  return import(/* webpackIgnore: true */ '@wasmer/wasi')
}

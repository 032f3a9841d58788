/**
 * Loads the library under test like its users: from a folder of its built modules, which may be a deliberately broken
 * copy.
 */
import type { Description } from '../../../src/abi/description.js'
import { readNumbers } from '../verdict/numbers.js'

/** The parts of the library that are needed. */
export interface Library {
  readonly main: typeof import('libuv-wasm')
  readonly guest: typeof import('libuv-wasm/guest')
  readonly node: typeof import('libuv-wasm/node')
  readonly plugin: typeof import('libuv-wasm/plugin')
  readonly numbers: Description
}

/** Loads it. @param dist - the folder's URL, with a slash at the end */
export async function loadLibrary(dist: URL): Promise<Library> {
  const load = async <Module>(name: string): Promise<Module> => import(new URL(name, dist).href)
  const [main, guest, node, plugin, numbers] = await Promise.all([
    load<Library['main']>('index.js'),
    load<Library['guest']>('guest.js'),
    load<Library['node']>('node.js'),
    load<Library['plugin']>('plugin.js'),
    readNumbers(dist),
  ])
  return { main, guest, node, plugin, numbers }
}

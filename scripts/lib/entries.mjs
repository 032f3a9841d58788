/** Where one comes into the library: each file of dist that somebody names, and the module it is made of. */
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'

/** @typedef {{ types?: string, default?: string }} Target */
/** @type {{ exports: Record<string, Target> }} */
const { exports } = JSON.parse(readFileSync('package.json', 'utf8'))

/**
 * What is imported from the package.
 *
 * @type {{ name: string, file: string, module: string }[]} by which name, as `libuv-wasm/net`; from which file, as
 *   `net`; and what it is in src, as `faces/net`
 */
export const exported = Object.entries(exports).flatMap(([path, { types, default: file }]) =>
  types === undefined || file === undefined
    ? []
    : [
        {
          name: `libuv-wasm${path.slice(1)}`,
          file: basename(file, '.js'),
          module: types.replace(/^\.\/dist\/types\/(.*)\.d\.ts$/, '$1'),
        },
      ],
)

/**
 * What is found by other means: what a platform has, and what Node's loader is given. @type {Record<string, string>}
 */
export const hooks = {
  'platform-node': 'host/platform/node',
  'platform-page': 'host/platform/page',
  replacement: 'faces/net/replacement',
  'resolve-net': 'faces/net/resolve-net',
}

/** What is run: the command, what it does, and the thread of a guest. @type {Record<string, string>} */
export const programs = { cli: 'cli', 'cli-run': 'cli/run', worker: 'guest/drivers/worker' }

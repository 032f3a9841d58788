/** The library's entry points: each file of dist that is referred to by name, and the module it is built from. */
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'

/** @typedef {{ types?: string, default?: string }} Target */
/** @type {{ exports: Record<string, Target> }} */
const { exports } = JSON.parse(readFileSync('package.json', 'utf8'))

/**
 * The package's exports.
 *
 * @type {{ name: string, file: string, module: string }[]} the import name, such as `libuv-wasm/net`; its file in dist,
 *   such as `net`; and its module in src, such as `faces/net`
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
 * Files that are loaded by other means: the platforms, the hooks of Node's loader, the process of a plugin, and the
 * part of the command whose scenarios import the library.
 *
 * @type {Record<string, string>}
 */
export const hooks = {
  'cli-simulate': 'cli/simulate/simulate',
  'cli-simulate-task': 'cli/simulate/task',
  'platform-node': 'host/platform/node',
  'platform-page': 'host/platform/page',
  'plugin-process': 'plugin/process/plugin-process',
  replacement: 'faces/net/replacement',
  'resolve-net': 'faces/net/resolve-net',
}

/**
 * The programs: the command and its implementation, and a guest's thread and how the command starts it.
 *
 * @type {Record<string, string>}
 */
export const programs = {
  cli: 'cli',
  'cli-run': 'cli/run',
  'cli-thread': 'cli/thread',
  worker: 'guest/drivers/worker',
}

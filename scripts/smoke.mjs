/**
 * `make smoke`: installs the packed tarball in an empty folder, without a network, and runs README's first program on every
 * runtime, bundled by every bundler, and the example page in Chromium. Prints a table; ARGS='node-20 bun' runs the rows with
 * these words.
 */
import { join } from 'node:path'
import { watchPage } from './smoke/browser.mjs'
import { bundleFolder, bundlers } from './smoke/bundlers.mjs'
import { APP, cleanUp, prepare, run, runFirst, runtime } from './smoke/stage.mjs'

/** @typedef {{ where: string, what: string, run: () => Promise<string | void> }} Row */

/** @param {string} name @param {string} major @param {string[]} args @returns {Row[]} */
const onRuntime = (name, major, ...args) => [
  { where: `${name} ${major}`, what: 'import', run: () => runFirst(runtime(name, major), ...args, 'first.mjs') },
  { where: `${name} ${major}`, what: 'require()', run: () => runFirst(runtime(name, major), ...args, 'first.cjs') },
]

/** Without a network but loopback, where this system lets us take it away. */
const withoutNetwork = async () => {
  const bare = ['--map-root-user', '--net', 'sh', '-c', 'ip link set lo up && exec "$@"', 'sh']
  try {
    await run('unshare', [...bare, 'true'])
  } catch {
    return 'not tried: this system has no namespace for us'
  }
  await runFirst('unshare', ...bare, process.execPath, 'first.mjs')
  return undefined
}

/** @type {Row[]} */
const rows = [
  // What Node 20 cannot do is require() any ES module.
  ...onRuntime('node', '20').slice(0, 1),
  ...['22', '24', '26'].flatMap((major) => onRuntime('node', major)),
  ...onRuntime('deno', '2', 'run', '--allow-all', '--quiet'),
  ...onRuntime('bun', '1'),
  { where: `node ${process.versions.node.split('.')[0]}`, what: 'network off', run: withoutNetwork },
  {
    where: `node ${process.versions.node.split('.')[0]}`,
    what: 'libuv-wasm --help',
    run: async () => {
      const said = await run(join(APP, 'node_modules/.bin/libuv-wasm'), ['--help'])
      if (!said.includes('libuv-wasm run')) throw new Error(said)
    },
  },
  ...Object.entries(bundlers).flatMap(([name, { node, page }]) => [
    {
      where: name,
      what: 'for Node',
      run: async () => {
        const folder = bundleFolder(`${name}-node`)
        await node(folder)
        await runFirst(process.execPath, join(folder, 'first.mjs'))
      },
    },
    {
      where: `chromium, ${name}`,
      what: 'the page',
      run: async () => {
        const folder = bundleFolder(`${name}-page`)
        await page(folder)
        return watchPage(folder, `page-${name}`)
      },
    },
  ]),
]

const wanted = process.argv.slice(2)
const chosen = rows.filter(
  ({ where, what }) =>
    wanted.length === 0 || wanted.some((word) => `${where} ${what}`.replaceAll(' ', '-').includes(word)),
)
if (chosen.length === 0) throw new Error(`no row has any of these words: ${wanted.join(' ')}`)
await prepare()
let failed = 0
for (const { where, what, run } of chosen) {
  const start = performance.now()
  const result = await run().then(
    (detail) => `ok    ${detail ?? ''}`,
    (error) => {
      failed++
      return `FAIL  ${String(error?.stderr || error?.message || error)
        .trim()
        .replaceAll('\n', '\n      ')}`
    },
  )
  const seconds = ((performance.now() - start) / 1000).toFixed(1)
  console.log(`${where.padEnd(18)} ${what.padEnd(18)} ${seconds.padStart(5)} s  ${result}`.trimEnd())
}
cleanUp()
process.exitCode = failed > 0 ? 1 : 0

/**
 * `make smoke`: installs the packed tarball in an empty directory, without a network, and runs the README's programs on
 * every runtime and from every bundler, and the example page in Chromium. Prints a table, and writes docs/runtimes.md
 * if no row failed; ARGS='node-20 bun' runs only the rows with these words.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fetchRuntime } from './lib/runtime.mjs'
import { chromiumVersion, watchPage } from './smoke/browser.mjs'
import { bundleFolder, bundlers } from './smoke/bundlers.mjs'
import { tryBypasses } from './smoke/bypasses.mjs'
import { facePrograms, runFace } from './smoke/faces.mjs'
import { watchLab } from './smoke/lab.mjs'
import { paper } from './smoke/paper.mjs'
import { compareHashes, findBug } from './smoke/simulations.mjs'
import { askServer, cleanUp, prepare, run, runAll, runFirst } from './smoke/stage.mjs'

/** @typedef {{ where: string, what: string, version: () => Promise<string>, run: () => Promise<string | void> }} Row */

/** @param {'node' | 'deno' | 'bun'} name @param {string} major @param {string[]} args @returns {Row[]} */
const onRuntime = (name, major, ...args) => {
  const where = `${name} ${major}`
  const version = async () => (await run(fetchRuntime(name, major), ['--version'])).match(/[\d.]+/)?.[0] ?? ''
  const command = 'node_modules/libuv-wasm/dist/cli.js'
  return [
    { where, what: 'import', version, run: () => runAll(fetchRuntime(name, major), ...args) },
    { where, what: 'require()', version, run: () => runFirst(fetchRuntime(name, major), ...args, 'readme-1.cjs') },
    {
      where,
      what: 'a C program',
      version,
      run: async () => {
        const said = await run(fetchRuntime(name, major), [...args, command, 'run', 'hello.wasm'])
        if (!said.includes('says hello')) throw new Error(`unexpected output: ${JSON.stringify(said)}`)
      },
    },
    {
      where,
      what: 'a C server',
      version,
      run: async () => {
        const options = ['--allow-listen=127.0.0.1:0', 'echo.wasm']
        const said = await askServer(fetchRuntime(name, major), [...args, command, 'run', ...options])
        if (said !== 'hello') throw new Error(`unexpected answer: ${JSON.stringify(said)}`)
      },
    },
    { where, what: 'simulations', version, run: () => compareHashes(fetchRuntime(name, major), ...args) },
    { where, what: 'the sandbox', version, run: () => tryBypasses(fetchRuntime(name, major), ...args) },
    ...Object.keys(facePrograms).map((what) => ({
      where,
      what: `net: ${what}`,
      version,
      run: () => runFace(name, fetchRuntime(name, major), what, ...args),
    })),
  ]
}

/** Runs the first program with loopback only, if this system allows a network namespace. */
const withoutNetwork = async () => {
  const bare = ['--map-root-user', '--net', 'sh', '-c', 'ip link set lo up && exec "$@"', 'sh']
  try {
    await run('unshare', [...bare, 'true'])
  } catch {
    return 'not tried: this system does not allow a network namespace'
  }
  await runFirst('unshare', ...bare, process.execPath, 'readme-1.mjs')
  return undefined
}

const own = `node ${process.versions.node.split('.')[0]}`
const ownVersion = async () => process.versions.node

/** @type {Row[]} */
const rows = [
  // Node 20 cannot require() any ES module.
  ...onRuntime('node', '20').filter(({ what }) => what !== 'require()'),
  ...['22', '24', '26'].flatMap((major) => onRuntime('node', major)),
  ...onRuntime('deno', '2', 'run', '--allow-all', '--quiet'),
  ...onRuntime('bun', '1'),
  { where: 'chromium', what: 'the lab', version: chromiumVersion, run: watchLab },
  { where: own, what: 'network off', version: ownVersion, run: withoutNetwork },
  { where: own, what: 'node:test', version: ownVersion, run: () => findBug('node:test', process.execPath) },
  // It needs Node 22.
  ...onRuntime('node', '24')
    .slice(0, 1)
    .map(({ where, version }) => ({
      where,
      what: 'vitest',
      version,
      run: () => findBug('vitest', fetchRuntime('node', '24')),
    })),
  ...Object.entries(bundlers).flatMap(([name, { version, node, page }]) => [
    {
      where: name,
      what: 'bundled for Node',
      version,
      run: async () => {
        const folder = bundleFolder(`${name}-node`)
        await node(folder)
        await runFirst(process.execPath, join(folder, 'first.mjs'))
      },
    },
    {
      where: `chromium, ${name}`,
      what: 'the page',
      version: async () => `${await chromiumVersion()}, ${await version()}`,
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
if (chosen.length === 0) throw new Error(`Cannot run ${wanted.join(' ')}: no row has any of these words`)
await prepare()
/** @type {{ where: string, version: string, what: string, result: string }[]} */
const results = []
for (const { where, what, version, run } of chosen) {
  const start = performance.now()
  /** @type {{ result: string, detail: string }} */
  const { result, detail } = await run().then(
    (detail) => ({ result: detail?.match(/^not tried|^no\b/)?.[0] ?? 'ok', detail: detail ?? '' }),
    (error) => ({ result: 'FAIL', detail: String(error?.stderr || error?.message || error).trim() }),
  )
  const seconds = ((performance.now() - start) / 1000).toFixed(1)
  console.log(
    `${where.padEnd(18)} ${what.padEnd(18)} ${seconds.padStart(5)} s  ${result.padEnd(4)}  ${detail.replaceAll('\n', '\n      ')}`.trimEnd(),
  )
  results.push({ where, version: await version().catch(() => ''), what, result })
}
cleanUp()
const failed = results.some(({ result }) => result === 'FAIL')
if (wanted.length === 0 && !failed) writeFileSync('docs/runtimes.md', paper(results))
process.exitCode = failed ? 1 : 0

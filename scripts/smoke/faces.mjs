/**
 * Third-party programs on the installed `libuv-wasm/net`: the programs of test/faces, on a runtime, with `node:net`
 * replaced. A program that fails is run again with the runtime's own `node:net`, which shows whether the runtime or
 * this package is at fault.
 */
import { cpSync, rmSync, symlinkSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { APP, run } from './stage.mjs'

/** The libraries that are linked from this project's own node_modules. */
const LIBRARIES = ['ioredis', 'mysql2', 'pg', 'undici', 'ws']
/** The libraries that Bun replaces with implementations of its own, even when they are installed. */
const BUNS_OWN = ['undici', 'ws']
const REGISTER = './node_modules/libuv-wasm/dist/register.js'
const PASSWORD = 'a secret'

/** The flag by which a runtime runs a file before the program. */
const FLAGS = { node: '--import', deno: '--preload', bun: '--preload' }

/** @typedef {{ args: string[], env: Record<string, string>, stop: () => unknown }} Needs */

/** @param {{ folder: string }} database @returns {string[]} its Unix socket */
const socketOf = ({ folder }) => [join(folder, 'socket')]

/**
 * Starts what each program needs, or returns the reason why it cannot run.
 *
 * @type {Record<string, () => Promise<Needs | string>>}
 */
export const facePrograms = {
  http: async () => ((await loadServers()).findProgram('curl') ? nothing : 'curl is not installed'),
  ws: async () => nothing,
  undici: () => certificate(),
  tls: () => certificate(),
  sockets: async () => {
    const needs = await certificate()
    return typeof needs === 'string' ? needs : { ...needs, env: { NODE_EXTRA_CA_CERTS: needs.args[1] ?? '' } }
  },
  ioredis: () => database('redis-server', ({ startRedis }) => startRedis(), socketOf),
  mysql2: () => database('mariadbd', ({ startMariadb }) => startMariadb(), socketOf),
  pg: () =>
    database(
      'postgres',
      ({ startPostgres }) => startPostgres(PASSWORD),
      ({ folder }) => [PASSWORD, folder],
    ),
}

/**
 * Runs one of {@link facePrograms}.
 *
 * @param {'node' | 'deno' | 'bun'} name - the runtime
 * @param {string} program - the runtime's executable
 * @param {string} what - the key in {@link facePrograms}
 * @param {string[]} flags - flags of the runtime
 * @returns {Promise<string | void>} why it was not tried, or that it also fails with the runtime's own `node:net`
 */
export const runFace = async (name, program, what, ...flags) => {
  if (name === 'bun' && BUNS_OWN.includes(what)) return `not tried: Bun replaces ${what} with its own`
  /** @param {string[]} before @param {Record<string, string>} more @returns {Promise<string | undefined>} */
  const play = async (before, more = {}) => {
    const needs = await facePrograms[what]?.()
    if (typeof needs === 'string' || needs === undefined) return `not tried: ${needs}`
    const { args, env, stop } = needs
    try {
      const said = await run(program, [...flags, ...before, `${what}.mjs`, ...args], { ...env, ...more })
      if (said !== `${what} is content\n`) throw new Error(`unexpected output: ${JSON.stringify(said)}`)
      return undefined
    } finally {
      await stop()
    }
  }
  try {
    return await play([FLAGS[name], REGISTER])
  } catch (error) {
    const own = await play([], { OWN_NET: '1' }).then(
      () => true,
      () => false,
    )
    if (own || what === 'sockets') throw error
    return "no: it also fails with the runtime's own node:net"
  }
}

/**
 * The project's helpers that start databases. @type {Promise<typeof import('../../test/faces/support/servers.js')> |
 * undefined}
 */
let servers

const loadServers = () => {
  servers ??= (async () => {
    const outfile = join(APP, 'servers.mjs')
    const options = { bundle: true, platform: /** @type {const} */ ('node'), format: /** @type {const} */ ('esm') }
    await build({ entryPoints: ['test/faces/support/servers.ts'], ...options, outfile })
    cpSync('test/faces/programs', APP, { recursive: true })
    for (const name of LIBRARIES) symlinkSync(resolve('node_modules', name), join(APP, 'node_modules', name))
    return import(pathToFileURL(outfile).href)
  })()
  return servers
}

/** @type {Needs} */
const nothing = { args: [], env: {}, stop: () => {} }

/** @returns {Promise<Needs | string>} */
const certificate = async () => {
  const { findProgram, makeCertificate, newFolder } = await loadServers()
  if (findProgram('openssl') === undefined) return 'openssl is not installed'
  const folder = newFolder()
  const [key, certificate] = [join(folder, 'server.key'), join(folder, 'server.crt')]
  await makeCertificate(key, certificate)
  return { args: [key, certificate], env: {}, stop: () => rmSync(folder, { recursive: true, force: true }) }
}

/**
 * @param {string} name - the server's executable
 * @param {(servers: typeof import('../../test/faces/support/servers.js')) =>
 *   Promise<import('../../test/faces/support/servers.js').Database>} start
 * @param {(database: import('../../test/faces/support/servers.js').Database) => string[]} more - arguments after the
 *   port
 */
const database = async (name, start, more = () => []) => {
  const servers = await loadServers()
  if (servers.findProgram(name) === undefined) return `${name} is not installed`
  const database = await start(servers)
  return { args: [`${database.port}`, ...more(database)], env: {}, stop: () => database.stop() }
}

/**
 * What unmodified clients say of each fault: `node --import libuv-wasm/net/register faults.mjs virtual|real`. Prints a
 * list of JSON: the client, the fault, what the client has got, and whether the fault has fired.
 */
import { Redis } from 'ioredis'
import { virtualHost } from 'libuv-wasm'
import { wrapHost } from 'libuv-wasm/net'
import { faultyHost } from 'libuv-wasm/testing'
import pg from 'pg'
import { Client as Undici } from 'undici'
import { startStub } from './stub-servers.mjs'

/** @type {import('libuv-wasm/testing').FaultyHost | undefined} */
let faulty
wrapHost((host) => {
  faulty = faultyHost(process.argv[2] === 'virtual' ? virtualHost() : host, { seed: 1 })
  return faulty
})

const on = /** @type {const} */ ('connect')
/** @type {import('libuv-wasm/testing').Fault[]} */
const FAULTS = [
  { toxic: 'latency', on, latency: 20, jitter: 5, direction: 'both' },
  { toxic: 'bandwidth', on, rate: 0.5 },
  { toxic: 'slow_close', on, delay: 20, direction: 'both' },
  { toxic: 'timeout', on, timeout: 30, direction: 'both' },
  { toxic: 'reset_peer', on, after: { upstream: 1 } },
  { toxic: 'slicer', on, average_size: 3, size_variation: 2, delay: 10, direction: 'both' },
  { toxic: 'limit_data', on, bytes: 3 },
  { toxic: 'refuse', on, error: 'EHOSTUNREACH' },
  { toxic: 'partition', on, timeout: 30 },
  { toxic: 'hold', on, until: 30 },
  { toxic: 'short_read', on },
  { toxic: 'short_write', on },
  { toxic: 'accept' },
  { toxic: 'descriptors' },
  { toxic: 'lookup', error: 'ENOENT' },
  { toxic: 'clock', wall: -3_600_000, monotonic: 1000 },
]

/** Asks one question over a new connection. @type {Record<string, (host: string, port: number) => Promise<unknown>>} */
const CLIENTS = {
  pg: async (host, port) => {
    const client = new pg.Client({ host, port, user: 'tester', database: 'any', ssl: false })
    // What comes after the answer, and what `connect()` and `query()` reject with as well.
    client.on('error', () => {})
    try {
      await client.connect()
      return (await client.query('SELECT answer')).rows[0].answer
    } finally {
      await client.end().catch(() => {})
    }
  },
  ioredis: async (host, port) => {
    const options = { lazyConnect: true, enableReadyCheck: false, retryStrategy: () => null, disableClientInfo: true }
    const client = new Redis(port, host, options)
    /** The first error, as the program hears it. @type {Promise<never>} */
    const failed = new Promise((_, reject) => client.once('error', reject))
    try {
      return await Promise.race([client.connect().then(() => client.get('answer')), failed])
    } finally {
      failed.catch(() => {})
      client.disconnect()
    }
  },
  undici: async (host, port) => {
    const client = new Undici(`http://${host}:${port}`)
    try {
      const { body } = await client.request({ path: '/', method: 'GET' })
      return await body.text()
    } finally {
      await client.destroy()
    }
  },
}

/** @param {unknown} error */
const tell = (error) => {
  const { code, message } = Object(error)
  return String(code ?? message)
}

const results = []
for (const [client, protocol] of /** @type {const} */ ([
  ['pg', 'postgres'],
  ['ioredis', 'redis'],
  ['undici', 'http'],
])) {
  const { server, port } = await startStub(protocol)
  const ask = CLIENTS[client]
  for (const fault of FAULTS) {
    const before = faulty?.faults.explain().fired.length ?? 0
    const added = faulty?.faults.add(fault)
    const got = await ask?.(fault.toxic === 'lookup' ? 'localhost' : '127.0.0.1', port).then(String, tell)
    await new Promise(setImmediate)
    added?.remove()
    const fired = (faulty?.faults.explain().fired ?? []).slice(before).some(({ toxic }) => toxic === fault.toxic)
    results.push([client, fault.toxic, got, fired])
  }
  server.close()
}
console.log(JSON.stringify(results))

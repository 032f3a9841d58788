/**
 * `undici` with its own connector, which imports `node:net`, and with a connector that adds TLS: `undici.mjs KEY
 * CERTIFICATE`.
 */
import assert from 'node:assert/strict'
import diagnostics from 'node:diagnostics_channel'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import http from 'node:http'
import net from 'node:net'
import tls from 'node:tls'
import { Agent, fetch, Pool, request } from 'undici'
import { assertOurs } from './over-ours.mjs'

const [key, cert] = process.argv.slice(2).map((path) => readFileSync(path))
let connected = 0
/** @param {unknown} message */
const onConnected = (message) => {
  assertOurs(Reflect.get(/** @type {object} */ (message), 'socket'))
  connected++
}
diagnostics.subscribe('undici:client:connected', onConnected)

const web = http.createServer((request, response) => {
  if (request.method === 'POST') request.pipe(response)
  else response.end(`hello ${request.url}`)
})
const plain = net.createServer((socket) => web.emit('connection', socket))
const secure = tls.createServer({ key, cert }, (socket) => web.emit('connection', socket))
const behindTls = net.createServer((socket) => secure.emit('connection', socket))
/** @param {net.Server} server */
const listen = async (server) => {
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return /** @type {net.AddressInfo} */ (server.address()).port
}
const [port, securePort] = [await listen(plain), await listen(behindTls)]

const pool = new Pool(`http://127.0.0.1:${port}`, { connections: 4, pipelining: 10 })
const answers = await Promise.all(
  Array.from({ length: 400 }, async (_, n) => (await pool.request({ path: `/${n}`, method: 'GET' })).body.text()),
)
assert.deepEqual(
  answers,
  Array.from({ length: 400 }, (_, n) => `hello /${n}`),
)
const large = Buffer.alloc(8_000_000, 'libuv')
const { body } = await pool.request({ path: '/', method: 'POST', body: large })
assert.ok(large.equals(Buffer.from(await body.arrayBuffer())))
await pool.close()
assert.equal(connected, 4)

// A name with addresses of both families, only one of which has a server.
const named = new Agent()
assert.equal(await (await fetch(`http://localhost:${port}/name`, { dispatcher: named })).text(), 'hello /name')
await named.close()
diagnostics.unsubscribe('undici:client:connected', onConnected)

const overTls = new Agent({
  connect: (_options, callback) => {
    const socket = net.connect(securePort, '127.0.0.1')
    const encrypted = tls.connect({ socket, ca: cert, servername: 'localhost' })
    encrypted.once('secureConnect', () => callback(null, encrypted)).once('error', (error) => callback(error, null))
  },
})
const answer = await request(`https://localhost:${securePort}/tls`, { dispatcher: overTls })
assert.equal(await answer.body.text(), 'hello /tls')
await overTls.close()

await assert.rejects(request('http://127.0.0.1:1'), { code: 'ECONNREFUSED' })
for (const server of [plain, behindTls]) {
  server.close()
  await once(server, 'close')
}
console.log('undici is content')

/** `node:http` over `libuv-wasm/net`: a server that receives its sockets, and an agent that creates them. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import http from 'node:http'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { promisify } from 'node:util'
import { assertOurs } from './over-ours.mjs'

let sockets = 0
/** @type {(code: string) => void} */
let fail = () => {}
/** @type {Promise<string>} */
const failure = new Promise((resolve) => {
  fail = resolve
})
const web = http.createServer(async (request, response) => {
  assertOurs(request.socket)
  if (request.url === '/echo') await pipeline(request, response).catch((error) => fail(error.code))
  else response.end(`${request.method} ${request.url}`)
})
const server = net.createServer((socket) => {
  sockets++
  web.emit('connection', socket)
})
await once(server.listen(0, '127.0.0.1'), 'listening')
const { port } = /** @type {net.AddressInfo} */ (server.address())

// Deno's http ends a connection that it received after one answer, without a `Connection: close` header.
const lasting = !('Deno' in globalThis)
const agent = new http.Agent(lasting ? { keepAlive: true, maxSockets: 4 } : {})
Reflect.set(agent, 'createConnection', net.createConnection)

/** @param {string} path @param {Uint8Array} [body] @returns {Promise<Buffer>} */
const ask = async (path, body) => {
  const request = http.request({ port, path, agent, method: body ? 'POST' : 'GET' })
  request.end(body)
  const [response] = await once(request, 'response')
  assertOurs(response.socket)
  assert.equal(response.statusCode, 200)
  return Buffer.concat(await response.toArray())
}

const answers = await Promise.all(Array.from({ length: 200 }, (_, n) => ask(`/${n}`)))
assert.deepEqual(
  answers.map(String),
  Array.from({ length: 200 }, (_, n) => `GET /${n}`),
)
assert.equal(sockets, lasting ? 4 : 200)

const large = Buffer.alloc(8_000_000, 'libuv')
assert.ok(large.equals(await ask('/echo', large)))

// The server answers curl, and a client that resets its connection within a request.
const { stdout } = await promisify(execFile)('curl', ['-s', `http://127.0.0.1:${port}/curl`])
assert.equal(stdout, 'GET /curl')
const rude = net.connect(port, '127.0.0.1')
rude.write('POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf')
await once(rude, 'data')
const cut = once(web, 'clientError')
rude.resetAndDestroy()
assert.equal((await cut)[0].code, 'ECONNRESET')

// The same over a Unix socket: curl, and an agent with sockets of libuv-wasm/net.
const folder = mkdtempSync(join(tmpdir(), 'libuv-wasm-'))
const path = join(folder, 'web')
const local = net.createServer((socket) => web.emit('connection', socket))
await once(local.listen(path), 'listening')
const curl = await promisify(execFile)('curl', ['-s', '--unix-socket', path, 'http://localhost/path'])
assert.equal(curl.stdout, 'GET /path')
const localAgent = new http.Agent({ keepAlive: true })
Reflect.set(localAgent, 'createConnection', net.createConnection)
const request = http.get({ socketPath: path, path: '/again', agent: localAgent })
const [response] = await once(request, 'response')
assertOurs(response.socket)
assert.equal(String(Buffer.concat(await response.toArray())), 'GET /again')
localAgent.destroy()
local.close()
await once(local, 'close')
rmSync(folder, { recursive: true })

agent.destroy()
server.close()
await once(server, 'close')
// The code depends on the runtime's http.
assert.match(await failure, /^(ERR_STREAM_PREMATURE_CLOSE|ECONNRESET)$/)
console.log('http is content')

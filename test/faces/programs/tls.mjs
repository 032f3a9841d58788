/** `node:tls` over sockets of libuv-wasm/net, on both sides: `tls.mjs KEY CERTIFICATE`. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import https from 'node:https'
import net from 'node:net'
import tls from 'node:tls'
import { assertOurs } from './over-ours.mjs'

const [key, cert] = process.argv.slice(2).map((path) => readFileSync(path))

// A server of tls that receives the sockets, a TLSSocket that is made from one, and a server of https.
const secure = tls.createServer({ key, cert }, (socket) => socket.pipe(socket))
const context = tls.createSecureContext({ key, cert })
const web = https.createServer({ key, cert }, (request, response) => response.end(`hello ${request.url}`))
/** @type {((socket: net.Socket) => void)[]} */
const kinds = [
  (socket) => secure.emit('connection', socket),
  (socket) => {
    const wrapped = new tls.TLSSocket(socket, { isServer: true, secureContext: context })
    wrapped.pipe(wrapped)
  },
  (socket) => web.emit('connection', socket),
]

/** @type {net.Socket[]} */
const raw = []
// TLS ends a connection itself: the bytes that it still has to send must not be dropped at the peer's end.
const server = net.createServer({ allowHalfOpen: true }, (socket) => {
  raw.push(socket)
  kinds.shift()?.(socket)
})
await once(server.listen(0, '127.0.0.1'), 'listening')
const { port } = /** @type {net.AddressInfo} */ (server.address())

/** @returns {tls.TLSSocket} */
const connect = () => {
  const socket = net.connect(port, '127.0.0.1')
  assertOurs(socket)
  return tls.connect({ socket, ca: cert, servername: 'localhost' })
}

for (const way of ['tls.createServer', 'new TLSSocket']) {
  const client = connect()
  await once(client, 'secureConnect')
  assert.ok(client.authorized, way)
  const large = Buffer.alloc(3_000_000, way)
  client.end(large)
  assert.ok(large.equals(Buffer.concat(await client.toArray())), way)
}

const request = https.get({ path: '/tls', createConnection: connect, headers: { connection: 'close' } })
const [response] = await once(request, 'response')
assert.equal(Buffer.concat(await response.toArray()).toString(), 'hello /tls')

// A certificate that the client does not trust.
kinds.push((socket) => secure.emit('connection', socket))
secure.on('tlsClientError', (_error, socket) => socket.destroy())
const distrustful = tls.connect({ socket: net.connect(port, '127.0.0.1'), servername: 'localhost' })
const [error] = await once(distrustful, 'error')
assert.equal(error.code, 'DEPTH_ZERO_SELF_SIGNED_CERT')

// Half-open sockets stay open, as intended.
for (const socket of raw) socket.destroy()
server.close()
await once(server, 'close')
console.log('tls is content')

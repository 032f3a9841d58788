/** The sockets of WinterTC: `NODE_EXTRA_CA_CERTS=CERTIFICATE sockets.mjs KEY CERTIFICATE`. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import * as tls from 'node:tls'
import { createServer, Socket as NetSocket } from 'libuv-wasm/net'
import { connect, SocketError } from 'libuv-wasm/sockets'

const [key, cert] = process.argv.slice(2).map((path) => readFileSync(path))
const deno = 'Deno' in globalThis
// Deno does not read the variable.
if (deno) Reflect.get(tls, 'setDefaultCACertificates')([String(cert)])
const secureContext = tls.createSecureContext({ key, cert })
/** @param {NetSocket} socket */
const encrypt = (socket) => new tls.TLSSocket(socket, { isServer: true, secureContext })
/** @type {((socket: NetSocket) => void)[]} Handlers of the connections, in the order of their arrival. */
const manners = []
const server = createServer({ allowHalfOpen: true }, (socket) => manners.shift()?.(socket))
server.listen(0)
const { port } = /** @type {import('libuv-wasm/net').AddressInfo} */ (server.address())
const encoder = new TextEncoder()
/** @param {ReadableStream<Uint8Array>} readable */
const all = async (readable) => new Response(readable).text()

// Without TLS: an echo, and the end of both.
manners.push((socket) => socket.pipe(socket))
const plain = connect(`127.0.0.1:${port}`, { allowHalfOpen: true })
const { remoteAddress, localAddress, alpn } = await plain.opened
assert.equal(remoteAddress, `127.0.0.1:${port}`)
assert.match(localAddress, /^127\.0\.0\.1:\d+$/)
assert.equal(alpn, undefined)
const answer = all(plain.readable)
const writer = plain.writable.getWriter()
const large = 'libuv '.repeat(200_000)
await writer.write(encoder.encode(large))
await writer.close()
assert.equal(await answer, large)
assert.equal(await plain.closed, undefined)

// TLS from the beginning.
manners.push((socket) => encrypt(socket).end('hello over TLS'))
const secure = connect({ hostname: 'localhost', port }, { secureTransport: 'on' })
await secure.opened
assert.equal(await all(secure.readable), 'hello over TLS')
await secure.closed

// TLS later, after both sides have agreed.
manners.push((socket) => {
  socket.write('ready\n')
  socket.once('data', (data) => {
    assert.equal(String(data), 'starttls\n')
    socket.write('go\n')
    encrypt(socket).end('hello after all')
  })
})
const first = connect(`localhost:${port}`, { secureTransport: 'starttls' })
const reader = first.readable.getReader({ mode: 'byob' })
assert.equal(new TextDecoder().decode((await reader.read(new Uint8Array(100))).value), 'ready\n')
assert.throws(() => first.startTls(), SocketError)
const speaker = first.writable.getWriter()
await speaker.write(encoder.encode('starttls\n'))
assert.equal(new TextDecoder().decode((await reader.read(new Uint8Array(100))).value), 'go\n')
reader.releaseLock()
speaker.releaseLock()
const second = first.startTls()
assert.deepEqual([first.upgraded, second.upgraded, second.secureTransport], [true, false, 'on'])
assert.throws(() => first.startTls(), SocketError)
await second.opened
assert.equal(await all(second.readable), 'hello after all')
await second.closed

// A failure is a SocketError, with its cause.
const refused = connect('127.0.0.1:1')
await assert.rejects(refused.opened, (error) => {
  assert.ok(error instanceof SocketError && error instanceof TypeError)
  assert.equal(Reflect.get(Object(error.cause), 'code'), 'ECONNREFUSED')
  return true
})
await assert.rejects(refused.closed, SocketError)
await assert.rejects(all(refused.readable))
for (const wrong of ['nowhere', '127.0.0.1:0', ':80', '[::1]:70000']) assert.throws(() => connect(wrong), SocketError)
assert.throws(() => plain.startTls(), SocketError)
// Deno cannot reset a connection.
if (!deno) {
  manners.push((socket) => socket.resetAndDestroy())
  const reset = connect(`127.0.0.1:${port}`)
  await assert.rejects(all(reset.readable))
  await assert.rejects(reset.closed, SocketError)
}

// close() sends the written bytes.
const heard = new Promise((resolve) => manners.push((socket) => socket.once('data', resolve)))
const short = connect(`127.0.0.1:${port}`)
await short.opened
await short.writable.getWriter().write(encoder.encode('bye'))
await short.close()
assert.equal(String(await heard), 'bye')
const never = connect(`127.0.0.1:${port}`)
await never.close()
await assert.rejects(never.opened, SocketError)

server.unref()
console.log('sockets is content')

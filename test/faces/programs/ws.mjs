/** `ws` over `libuv-wasm/net`: a server that receives its sockets, and a client that creates them. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import http from 'node:http'
import net from 'node:net'
import { WebSocket, WebSocketServer } from 'ws'
import { assertOurs } from './over-ours.mjs'

const web = http.createServer()
const sockets = new WebSocketServer({ server: web })
sockets.on('connection', (peer, request) => {
  assertOurs(request.socket)
  peer.on('message', (data, isBinary) => peer.send(data, { binary: isBinary }))
})
const server = net.createServer((socket) => web.emit('connection', socket))
await once(server.listen(0, '127.0.0.1'), 'listening')
const { port } = /** @type {net.AddressInfo} */ (server.address())

const client = new WebSocket(`ws://127.0.0.1:${port}`)
await once(client, 'open')
assertOurs(Reflect.get(client, '_socket'))

/** @type {string[]} */
const texts = []
client.on('message', (data, isBinary) => {
  if (!isBinary) texts.push(String(data))
})
for (let n = 0; n < 5_000; n++) client.send(`message ${n}`)
const sizes = [0, 1, 125, 126, 65_535, 65_536, 5_000_000]
for (const size of sizes) {
  const answer = new Promise((resolve) => {
    /** @param {import('ws').RawData} data @param {boolean} isBinary */
    const look = (data, isBinary) => {
      if (!isBinary) return
      client.off('message', look)
      resolve(data)
    }
    client.on('message', look)
  })
  const message = Buffer.alloc(size, 'libuv')
  client.send(message)
  assert.ok(message.equals(/** @type {Buffer} */ (await answer)), `${size} bytes`)
}
assert.deepEqual(
  texts,
  Array.from({ length: 5_000 }, (_, n) => `message ${n}`),
)

client.ping('are you there')
assert.equal(String((await once(client, 'pong'))[0]), 'are you there')
client.close(4_000, 'enough')
assert.deepEqual(await once(client, 'close').then(([code, reason]) => [code, String(reason)]), [4_000, 'enough'])

const nobody = new WebSocket('ws://127.0.0.1:1')
assert.equal((await once(nobody, 'error'))[0].code, 'ECONNREFUSED')
sockets.close()
server.close()
await once(server, 'close')
console.log('ws is content')

/** A client on `node:net` for an echo server: ROLE PORT SECONDS, as in `native/client-uv.c`. */
import net from 'node:net'
import { begin } from './report.js'

const [, , role, port, seconds] = process.argv
const MESSAGE = new Uint8Array(64)
const finish = begin()
const deadline = performance.now() + Number(seconds) * 1000
const options = { host: '127.0.0.1', port: Number(port), noDelay: true }
let operations = 0
let open = role === 'dial' ? 20 : 50

function ping(): void {
  let come = 0
  const socket = net.connect(options, () => socket.write(MESSAGE))
  socket.on('data', ({ length }) => {
    come += length
    if (come < MESSAGE.length) return
    come = 0
    operations++
    if (performance.now() < deadline) socket.write(MESSAGE)
    else socket.destroy()
  })
  socket.on('close', ended)
}

function dial(): void {
  const socket = net.connect(options, () => socket.write('x'))
  socket.on('data', () => socket.resetAndDestroy())
  // The server may have closed the connection already.
  socket.on('error', () => {})
  socket.on('close', () => {
    operations++
    if (performance.now() < deadline) dial()
    else ended()
  })
}

function ended(): void {
  if (--open === 0) finish(operations)
}

for (let count = open; count > 0; count--) role === 'dial' ? dial() : ping()

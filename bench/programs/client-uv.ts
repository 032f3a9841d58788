/** A client through the TypeScript API: TRANSPORT ROLE PORT SECONDS, as in `native/client-uv.c`. */
import { Loop, type Request, TCP } from 'libuv-wasm'
import { nodeHost } from 'libuv-wasm/node'
import { begin } from './report.js'

const [, , transport, role, port, seconds] = process.argv
const MESSAGE = new Uint8Array(role === 'dial' ? 1 : 64)
const loop = await Loop.open({ host: nodeHost({ transport: transport === 'net' ? 'net' : 'auto' }) })
const finish = begin()
const deadline = performance.now() + Number(seconds) * 1000
const server = { host: '127.0.0.1', port: Number(port) }
let operations = 0
let open = role === 'dial' ? 20 : 50

function ping(): void {
  let come = 0
  const client = new TCP({ loop })
  client.setNoDelay(true)
  client.connect(server, (_request: Request, status: number) => {
    if (status < 0) throw new Error(`connect: ${status}`)
    client.write(MESSAGE)
    client.readStart((client, status, data) => {
      if (status < 0) throw new Error(`read: ${status}`)
      come += data.length
      if (come < MESSAGE.length) return
      come = 0
      operations++
      if (performance.now() < deadline) client.write(MESSAGE)
      else void client.close(ended)
    })
  })
}

function dial(): void {
  const client = new TCP({ loop })
  client.setNoDelay(true)
  client.connect(server, (_request: Request, status: number) => {
    if (status < 0) throw new Error(`connect: ${status}`)
    client.write(MESSAGE)
    client.readStart((client) => void client.closeReset(closed))
  })
}

function closed(): void {
  operations++
  if (performance.now() < deadline) dial()
  else ended()
}

function ended(): void {
  if (--open === 0) finish(operations)
}

for (let count = open; count > 0; count--) role === 'dial' ? dial() : ping()
await loop.run()

/**
 * The same server with the TypeScript API. The first argument is a transport of Node, or `auto` for the runtime's own
 * host; the second is a role, as in `native/server-uv.c`.
 */
import { Loop, StatusCode, TCP, type WriteRequest } from 'libuv-wasm'
import { nodeHost } from 'libuv-wasm/node'
import { pattern } from '../pattern.js'

const transport = process.argv[2] === 'net' ? 'net' : process.argv[2] === 'handle' ? 'handle' : undefined
const HIGH_WATER = 1024 * 1024

const loop = await Loop.open(transport && { host: nodeHost({ transport }) })
const server = new TCP({ loop })

const roles: Record<string, (peer: TCP) => void> = {
  echo(peer) {
    peer.readStart(echo)
  },

  sink(peer) {
    let received = 0
    peer.readStart((peer, status, data) => {
      if (status >= 0) {
        received += data.length
        peer.recycle(data)
      } else if (status === StatusCode.EOF) peer.write(Buffer.from(String(received)), () => void peer.close())
      else void peer.close()
    })
  },

  source(peer) {
    const chunk = pattern()
    const send = (_request: unknown, status = 0): void => {
      if (status < 0) void peer.close()
      else peer.write(chunk, send)
    }
    send(undefined)
  },
}

/** The peers from which the server does not read until their answers are written. */
const held = new Set<unknown>()

function echo(peer: TCP, status: number, data: Uint8Array): void {
  if (status === StatusCode.EOF) {
    peer.shutdown(() => void peer.close())
  } else if (status < 0) {
    void peer.close()
  } else if (data.length > 0) {
    peer.write(data, written)
    if (peer.writeQueueSize > HIGH_WATER) {
      peer.readStop()
      held.add(peer)
    }
  }
}

function written({ stream, buffers: [data] }: WriteRequest, status: number): void {
  if (data !== undefined) stream.recycle(data)
  if (held.size > 0 && held.has(stream)) resume(stream, status)
}

function resume(stream: unknown, status: number): void {
  if (!(stream instanceof TCP) || (status === 0 && stream.writeQueueSize > 0)) return
  held.delete(stream)
  if (status === 0) stream.readStart(echo)
}

const serve = roles[process.argv[3] ?? 'echo']
server.bind({ host: '127.0.0.1', port: 0 })
server.listen(1024, (server) => {
  const peer = server.accept()
  peer.setNoDelay(true)
  serve?.(peer)
})
console.log(server.sockname.port)
await loop.run()

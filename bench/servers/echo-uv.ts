/** Ours through the TypeScript API: the same echo server on libuv-wasm. The transport is the first argument. */
import { Loop, StatusCode, TCP } from 'libuv-wasm'
import { nodeHost } from 'libuv-wasm/node'

const transport = process.argv[2] === 'net' ? 'net' : process.argv[2] === 'handle' ? 'handle' : 'auto'
const HIGH_WATER = 1024 * 1024

const loop = await Loop.open({ host: nodeHost({ transport }) })
const server = new TCP({ loop })

function echo(peer: TCP, status: number, data: Uint8Array): void {
  if (status === StatusCode.EOF) {
    peer.shutdown(() => void peer.close())
  } else if (status < 0) {
    void peer.close()
  } else if (data.length > 0) {
    peer.write(data, written)
    if (peer.writeQueueSize > HIGH_WATER) peer.readStop()
  }
}

function written({ stream }: { stream: { closing: boolean; writeQueueSize: number } }, status: number): void {
  if (status === 0 && !stream.closing && stream.writeQueueSize === 0) resume(stream)
}

function resume(stream: unknown): void {
  if (stream instanceof TCP && !stream.active) stream.readStart(echo)
}

server.bind({ host: '127.0.0.1', port: 0 })
server.listen(1024, (server) => {
  const peer = server.accept()
  peer.setNoDelay(true)
  peer.readStart(echo)
})
console.log(server.sockname.port)
await loop.run()

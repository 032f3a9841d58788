/** A TCP echo server for any number of clients: `npm run --silent echo-server -- --host 127.0.0.1 --port 0`. */
import { StatusCode, type TCP } from 'libuv-wasm'
import { holdBack } from './lib/hold-back.js'
import { accept, serve } from './lib/serve.js'

function echo(peer: TCP): void {
  const write = holdBack(peer, () => peer.close())
  peer.readStart((_peer, status, data) => {
    if (status === StatusCode.SUCCESS) write(data)
    // The client has ended its side: send pending writes, then FIN, then close the handle.
    else if (status === StatusCode.EOF) peer.shutdown(() => peer.close())
    else void peer.close()
  })
}

await serve({ name: 'echo-server', does: 'Sends received bytes back.', listen: accept(echo) })

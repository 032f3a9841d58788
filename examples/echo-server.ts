/** Sends back what it gets, to any number of clients: `npm run --silent echo-server -- --host 127.0.0.1 --port 0`. */
import { StatusCode, type TCP } from 'libuv-wasm'
import { holdBack } from './lib/hold-back.js'
import { accept, serve } from './lib/serve.js'

function echo(peer: TCP): void {
  const write = holdBack(peer, () => peer.close())
  peer.readStart((_peer, status, data) => {
    if (status === StatusCode.SUCCESS) write(data)
    // The end: what waits still goes out, then the FIN, then the handle may go.
    else if (status === StatusCode.EOF) peer.shutdown(() => peer.close())
    else void peer.close()
  })
}

await serve({ name: 'echo-server', does: 'Sends back what it gets.', listen: accept(echo) })

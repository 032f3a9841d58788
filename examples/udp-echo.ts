/** A UDP echo server: `npm run --silent udp-echo -- --host 127.0.0.1 --port 0`. */
import { UDP } from 'libuv-wasm'
import { serve } from './lib/serve.js'

await serve({
  name: 'udp-echo',
  does: 'Sends each message back to its sender.',
  listen: (loop, at) => {
    const server = new UDP({ loop })
    server.bind(at)
    server.recvStart((server, status, data, from) => {
      // A failed status is about an earlier answer, which is not sent again.
      if (status === 0 && from !== undefined) server.send(data, from, () => {})
    })
    return server.sockname
  },
})

/** Sends each message back to who sent it: `npm run --silent udp-echo -- --host 127.0.0.1 --port 0`. */
import { UDP } from 'libuv-wasm'
import { serve } from './lib/serve.js'

await serve({
  name: 'udp-echo',
  does: 'Sends each message back to who sent it.',
  listen: (loop, at) => {
    const server = new UDP({ loop })
    server.bind(at)
    server.recvStart((server, status, data, from) => {
      // A failure is that of an answer that was sent before; who had no room for one does without.
      if (status === 0 && from !== undefined) server.send(data, from, () => {})
    })
    return server.sockname
  },
})

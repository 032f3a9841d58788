/** The page of the gateway, over the HTTP server of the other example. */
import { readFileSync } from 'node:fs'
import { type Address, Loop, TCP } from 'libuv-wasm'
import { converse } from '../http/conversation.js'

const PAGE = readFileSync('examples/plugin-host/page.html', 'utf8')

/**
 * Serves the page on 127.0.0.1.
 *
 * @param state - what the page shows: an object that JSON can have
 * @param metrics - text for Prometheus, at /metrics
 */
export async function servePage(port: number, state: () => unknown, metrics: () => string): Promise<Address> {
  const loop = await Loop.open()
  const server = new TCP({ loop })
  server.bind({ host: '127.0.0.1', port })
  server.listen(100, (server) =>
    converse(server.accept(), {
      find(target) {
        if (target === '/') return { type: 'text/html; charset=utf-8', body: PAGE }
        if (target === '/state') return { type: 'application/json', body: JSON.stringify(state()) }
        return target === '/metrics' ? { type: 'text/plain; charset=utf-8', body: metrics() } : undefined
      },
    }),
  )
  void loop.run()
  return server.sockname
}

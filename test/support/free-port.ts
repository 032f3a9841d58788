/** Ports for programs that do not report their port. */
import { once } from 'node:events'
import { createServer } from 'node:net'

/** Finds a port of 127.0.0.1 that was free just now. */
export const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address !== null ? address.port : 0
}

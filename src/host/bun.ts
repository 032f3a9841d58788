/**
 * The host on Bun 1, over `Bun.listen` and `Bun.connect`. Bun provides Node's clocks, timers and resolver, so the
 * rest is shared with Node's host. Its limitations:
 *
 * - A port cannot be bound without listening. A connection that arrives before `listen` is reset, where Linux would
 *   refuse it.
 * - The length of the accept queue is fixed by Bun: 512.
 * - The local address of an outgoing connection is known only once it is connected, and cannot be chosen.
 * - There are no datagrams: Bun reports too late whether the bind succeeded.
 * - Closing a listener on a path removes the path, even if another socket has taken it since; the same is true of
 *   Deno and Node.
 */
import { bunSockets } from './bun/api.js'
import { bunTransport } from './bun/transport.js'
import { NodeHost } from './common/runtime-host.js'
import { HostError } from './contract/error.js'
import type { Host } from './contract/host.js'

/**
 * Creates a host with Bun's sockets and the real time.
 *
 * @throws {HostError} ENOTSUP on runtimes other than Bun
 */
export const bunHost = (): Host => {
  const bun = bunSockets()
  if (bun === undefined) throw new HostError('ENOTSUP', 'this runtime is not Bun; use nodeHost()')
  return new NodeHost(bunTransport(bun), 'bun')
}

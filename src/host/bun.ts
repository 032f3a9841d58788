/**
 * The host on Bun 1, over `Bun.listen` and `Bun.connect`. Bun has Node's clocks, timers and resolver, so the rest is Node's
 * host. What it does not have:
 *
 * - A port cannot be bound without listening. A connection that comes in between is reset where Linux would refuse it.
 * - The length of the accept queue is Bun's own, 512.
 * - The local address of an outgoing connection is known once it is connected, and cannot be chosen.
 * - There are no datagrams: Bun tells too late whether it could bind.
 * - Who stops listening at a path removes it, even when it has become somebody else's; so do Deno and Node.
 */
import { bunSockets } from './bun/api.js'
import { bunTransport } from './bun/transport.js'
import { NodeHost } from './common/runtime-host.js'
import { HostError } from './contract/error.js'
import type { Host } from './contract/host.js'

/**
 * The outside world as Bun has it: real sockets, real time.
 *
 * @throws {HostError} ENOTSUP where this is not Bun
 */
export const bunHost = (): Host => {
  const bun = bunSockets()
  if (bun === undefined) throw new HostError('ENOTSUP', "there are no sockets of Bun's here; take nodeHost()")
  return new NodeHost(bunTransport(bun), 'bun')
}

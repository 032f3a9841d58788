/**
 * The host on Deno 2, over `Deno.listen` and `Deno.connect`. Deno has Node's clocks, timers and resolver, so the rest
 * is Node's host. What it does not have:
 *
 * - A port cannot be bound without listening. A connection that comes in between waits where Linux would refuse it.
 * - The length of the accept queue is Deno's own, 511.
 * - A listener that was closed is there until the turn is over, and so is its address in use: its close is reported after that,
 *   and what this process binds or connects to meanwhile waits for it. A peer from elsewhere is reset where Linux would refuse.
 * - The local address of an outgoing connection is known once it is connected, and cannot be chosen.
 * - Ports are not shared, and the IPv6 wildcard cannot leave a port to IPv4.
 * - What of a write was taken is known a turn later, so there is no `tryWrite()`.
 * - Before 2.9.5, a write that is under way outlives the close of its connection: a copy of at most 64 KiB is sent on, and the
 *   connection and the process are kept, until the peer has read it or is gone.
 * - Nothing is reset: Deno sends FIN whenever it closes a connection.
 * - When keep-alive probes begin is set by a handle of Deno's that is not public. Where it is gone, they are refused.
 * - There are no datagrams: they want a flag, `--unstable-net`.
 * - Who stops listening at a path removes it, even when it has become somebody else's; so do Bun and Node.
 */

import { NodeHost } from './common/runtime-host.js'
import { HostError } from './contract/error.js'
import type { Host } from './contract/host.js'
import { denoSockets } from './deno/api.js'
import { denoTransport } from './deno/transport.js'

/**
 * The outside world as Deno has it: real sockets, real time. It needs `--allow-net`, and `--allow-read` and `--allow-write` for paths.
 *
 * @throws {HostError} ENOTSUP where this is not Deno
 */
export const denoHost = (): Host => {
  const deno = denoSockets()
  if (deno === undefined) throw new HostError('ENOTSUP', "there are no sockets of Deno's here; take nodeHost()")
  return new NodeHost(denoTransport(deno), 'deno')
}

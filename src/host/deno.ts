/**
 * The host on Deno 2, over `Deno.listen` and `Deno.connect`. Deno provides Node's clocks, timers and resolver, so the
 * rest is shared with Node's host. Its limitations:
 *
 * - A port cannot be bound without listening. A connection that arrives before `listen` waits, where Linux would
 *   refuse it.
 * - The length of the accept queue is fixed by Deno: 511.
 * - A closed listener exists, and its address is in use, until the current turn of Deno's event loop has ended. Its
 *   close is reported after that, and binds and connects of this process in the meantime wait for it. A connection
 *   from another process is reset, where Linux would refuse it.
 * - The local address of an outgoing connection is known only once it is connected, and cannot be chosen.
 * - Ports cannot be shared, and the IPv6 wildcard cannot leave a port to IPv4.
 * - How much of a write was accepted is known only a turn later, so there is no `tryWrite()`.
 * - Before 2.9.5, a write in progress outlives the close of its connection: a copy of at most 64 KiB continues to be
 *   sent, and keeps the connection and the process alive until the peer has read it or is gone.
 * - Connections cannot be reset: Deno sends FIN whenever it closes one.
 * - The delay before keep-alive probes is set through an internal handle of Deno. If that is missing, keep-alive is
 *   refused.
 * - There are no datagrams: they require the flag `--unstable-net`.
 * - Closing a listener on a path removes the path, even if another socket has taken it since; the same is true of Bun
 *   and Node.
 */

import { NodeHost } from './common/runtime-host.js'
import { HostError } from './contract/error.js'
import type { Host } from './contract/host.js'
import { denoSockets } from './deno/api.js'
import { denoTransport } from './deno/transport.js'

/**
 * Creates a host with Deno's sockets and the real time. It needs `--allow-net`, and for paths `--allow-read` and
 * `--allow-write`.
 *
 * @throws {HostError} ENOTSUP on runtimes other than Deno
 */
export const denoHost = (): Host => {
  const deno = denoSockets()
  if (deno === undefined) throw new HostError('ENOTSUP', 'this runtime is not Deno; use nodeHost()')
  return new NodeHost(denoTransport(deno), 'deno')
}

/** Sockets with paths as names on Bun. */
import { UNNAMED, type UnixAddress } from '../../base/address.js'
import { FileUnix, nodePath } from '../common/unix-files.js'
import type { ConnectionEvents, HostBoundSocket, HostConnection } from '../contract/connection.js'
import type { BunSockets } from './api.js'
import { BunBoundSocket, dial } from './bound-socket.js'
import { BunConnection } from './connection.js'

/**
 * The `AF_UNIX` sockets of Bun, on `Bun.listen` and `Bun.connect`. Bun removes a path when the listener on it is
 * closed.
 */
export class BunUnix extends FileUnix {
  readonly #bun: BunSockets

  /** @param bun - the global object */
  constructor(bun: BunSockets) {
    super()
    this.#bun = bun
  }

  bind(local: UnixAddress): HostBoundSocket<UnixAddress> {
    const unix = nodePath(local.path)
    return new BunBoundSocket(
      (socket) => this.#bun.listen({ unix, allowHalfOpen: true, socket }),
      () => local,
      `bind ${unix}`,
      () => new BunPathConnection(local, UNNAMED, true),
    )
  }

  connect(remote: UnixAddress, events: ConnectionEvents): HostConnection<UnixAddress> {
    return dial(this.#bun, { unix: nodePath(remote.path) }, new BunPathConnection(UNNAMED, remote, false), events)
  }
}

/** A connection with a path. Bun does not report its addresses, so the known ones are stored here. */
class BunPathConnection extends BunConnection<UnixAddress> {
  protected override readonly leavesUnread = true
  readonly local: UnixAddress
  readonly remote: UnixAddress

  constructor(local: UnixAddress, remote: UnixAddress, connected: boolean) {
    super(connected)
    this.local = local
    this.remote = remote
  }

  protected override name(): void {}
}

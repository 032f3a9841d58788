/** Sockets with paths as names on Deno. */
import { UNNAMED, type UnixAddress } from '../../base/address.js'
import { pathOf } from '../../base/unix-path.js'
import { FileUnix, nodePath } from '../common/unix-files.js'
import type { ConnectionEvents, HostBoundSocket, HostConnection } from '../contract/connection.js'
import type { DenoAddress, DenoSockets, DenoTarget } from './api.js'
import { DenoBoundSocket, dial } from './bound-socket.js'
import { DenoConnection } from './connection.js'
import { connect, listen } from './leaving-addresses.js'

/**
 * The `AF_UNIX` sockets of Deno, on `Deno.listen` and `Deno.connect`. Deno removes a path when the listener on it is
 * closed.
 */
export class DenoUnix extends FileUnix {
  readonly #deno: DenoSockets

  /** @param deno - the global object */
  constructor(deno: DenoSockets) {
    super()
    this.#deno = deno
  }

  bind(local: UnixAddress): HostBoundSocket<UnixAddress> {
    const target = targetOf(local)
    const listener = listen(this.#deno, target, `bind ${target.path}`)
    return new DenoBoundSocket(listener, local, target, () => new DenoPathConnection(UNNAMED, true))
  }

  connect(remote: UnixAddress, events: ConnectionEvents): HostConnection<UnixAddress> {
    return dial(new DenoPathConnection(remote, false), events, connect(this.#deno, targetOf(remote)))
  }
}

class DenoPathConnection extends DenoConnection<UnixAddress> {
  protected override addressOf(told: DenoAddress | undefined): UnixAddress {
    return told?.path ? { family: 'unix', path: pathOf(told.path) } : UNNAMED
  }
}

const targetOf = ({ path }: UnixAddress): DenoTarget & { path: string } => ({ transport: 'unix', path: nodePath(path) })

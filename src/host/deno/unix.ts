/** Sockets with paths for names, on `Deno.listen` and `Deno.connect`. Deno removes a path when it stops listening there. */
import type { UnixAddress } from '../../abi/address.js'
import { pathOf } from '../../abi/unix-path.js'
import type { ConnectionEvents, HostConnection, HostPort } from '../host.js'
import { FileUnix, nodePath, UNNAMED } from '../node/unix-files.js'
import type { DenoAddress, DenoSockets, DenoTarget } from './api.js'
import { DenoConnection } from './connection.js'
import { connect, listen } from './leaving.js'
import { DenoPort, dial } from './port.js'

/** See the top of the file. */
export class DenoUnix extends FileUnix {
  readonly #deno: DenoSockets

  /** @param deno - the global object */
  constructor(deno: DenoSockets) {
    super()
    this.#deno = deno
  }

  bind(local: UnixAddress): HostPort<UnixAddress> {
    const target = targetOf(local)
    const listener = listen(this.#deno, target, `bind ${target.path}`)
    return new DenoPort(listener, local, target, () => new DenoPathConnection(UNNAMED, true))
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

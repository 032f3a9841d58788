/** Sockets with paths as names with a host in another thread. */
import type { UnixAddress } from '../../base/address.js'
import type { ConnectionEvents, HostBoundSocket, HostConnection } from '../../host/contract/connection.js'
import { HostUnix } from '../../host/contract/unix.js'
import type { NewConnection, NewObject } from '../protocol.js'
import type { ClientChannel } from './channel.js'
import { RemoteBoundSocket, RemoteConnection } from './stream.js'

/** The `AF_UNIX` sockets of the parent's host. */
export class RemoteUnix extends HostUnix {
  readonly #wire: ClientChannel

  /** @param wire - the channel to the thread that has the sockets */
  constructor(wire: ClientChannel) {
    super()
    this.#wire = wire
  }

  bind(local: UnixAddress): HostBoundSocket<UnixAddress> {
    return new RemoteBoundSocket(this.#wire, this.#wire.call<NewConnection<UnixAddress>>({ call: 'bindPath', local }))
  }

  connect(remote: UnixAddress, events: ConnectionEvents): HostConnection<UnixAddress> {
    const arrival = this.#wire.call<NewConnection<UnixAddress>>({ call: 'connect', remote })
    return new RemoteConnection(this.#wire, arrival, events)
  }

  unlink(path: string): void {
    this.#ask('unlink', path)
  }

  chmod(path: string, mode: number): void {
    this.#ask('chmod', path, mode)
  }

  mode(path: string): number {
    return this.#ask('mode', path)
  }

  #ask(does: 'unlink' | 'chmod' | 'mode', path: string, mode = 0): number {
    return this.#wire.call<NewObject>({ call: 'path', does, path, mode }).id
  }
}

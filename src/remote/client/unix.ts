/** Sockets with paths for names, as a guest in another thread has them: they are its parent's host's. */
import type { UnixAddress } from '../../base/address.js'
import type { ConnectionEvents, HostConnection, HostPort } from '../../host/contract/host.js'
import { HostUnix } from '../../host/contract/unix.js'
import type { Arrival, Begun } from '../protocol.js'
import type { GuestWire } from './channel.js'
import { RemoteConnection, RemotePort } from './stream.js'

/** See the top of the file. */
export class RemoteUnix extends HostUnix {
  readonly #wire: GuestWire

  /** @param wire - to the thread that has the sockets */
  constructor(wire: GuestWire) {
    super()
    this.#wire = wire
  }

  bind(local: UnixAddress): HostPort<UnixAddress> {
    return new RemotePort(this.#wire, this.#wire.call<Arrival<UnixAddress>>({ call: 'bindPath', local }))
  }

  connect(remote: UnixAddress, events: ConnectionEvents): HostConnection<UnixAddress> {
    const arrival = this.#wire.call<Arrival<UnixAddress>>({ call: 'connect', remote })
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
    return this.#wire.call<Begun>({ call: 'path', does, path, mode }).id
  }
}

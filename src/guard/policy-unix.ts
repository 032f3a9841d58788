/** Sockets with paths for names, as far as they are granted. What is not granted is not there for the guest. */
import type { UnixAddress } from '../base/address.js'
import { textOf } from '../base/unix-path.js'
import type { ConnectionEvents, HostBoundSocket, HostConnection } from '../host/contract/connection.js'
import { HostError } from '../host/contract/error.js'
import { HostUnix } from '../host/contract/unix.js'
import type { Grants } from './grants.js'
import { PolicyBoundSocket } from './policy-bound-socket.js'

/** See the top of the file. */
export class PolicyUnix extends HostUnix {
  readonly #unix: HostUnix
  readonly #grants: Grants

  /** @param unix - the host's below */
  constructor(unix: HostUnix, grants: Grants) {
    super()
    this.#unix = unix
    this.#grants = grants
  }

  bind(local: UnixAddress): HostBoundSocket<UnixAddress> {
    const port = this.#grants.mayTake(local) ? this.#unix.bind(local) : undefined
    return new PolicyBoundSocket(local, port, this.#grants)
  }

  connect(remote: UnixAddress, events: ConnectionEvents): HostConnection<UnixAddress> {
    this.#grants.requireConnect(remote)
    return this.#unix.connect(remote, events)
  }

  unlink(path: string): void {
    this.#requireName(path, true)
    this.#unix.unlink(path)
  }

  chmod(path: string, mode: number): void {
    this.#requireName(path, true)
    this.#unix.chmod(path, mode)
  }

  mode(path: string): number {
    this.#requireName(path, false)
    return this.#unix.mode(path)
  }

  /** Guests ask of every file whether it is a socket: that is no refusal to be told. */
  #requireName(path: string, change: boolean): void {
    if (this.#grants.mayName({ family: 'unix', path }, change)) return
    throw new HostError('ENOENT', `the guest sees no socket at ${textOf(path)}`)
  }
}

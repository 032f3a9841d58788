/** Sockets with paths as names for a guest under a policy. */
import { UNNAMED, type UnixAddress } from '../base/address.js'
import { textOf } from '../base/unix-path.js'
import type { ConnectionEvents, HostBoundSocket, HostConnection } from '../host/contract/connection.js'
import { HostError } from '../host/contract/error.js'
import { HostUnix } from '../host/contract/unix.js'
import { AskedConnection } from './asked-connection.js'
import type { Judge } from './judge.js'
import { PolicyBoundSocket } from './policy-bound-socket.js'

/** The `AF_UNIX` sockets that a policy grants. Sockets that are not granted do not exist for the guest. */
export class PolicyUnix extends HostUnix {
  readonly #unix: HostUnix
  readonly #judge: Judge

  /** @param unix - the sockets of the host below */
  constructor(unix: HostUnix, judge: Judge) {
    super()
    this.#unix = unix
    this.#judge = judge
  }

  bind(local: UnixAddress): HostBoundSocket<UnixAddress> {
    const port = this.#judge.mayTake('unix', local) ? this.#unix.bind(local) : undefined
    return new PolicyBoundSocket(local, port, this.#judge)
  }

  connect(remote: UnixAddress, events: ConnectionEvents): HostConnection<UnixAddress> {
    if (this.#judge.requireConnect('unix', remote)) return this.#unix.connect(remote, events)
    return new AskedConnection({
      local: UNNAMED,
      remote,
      events,
      allowed: this.#judge.askConnect('unix', remote),
      connect: (events) => this.#unix.connect(remote, events),
      cancel() {},
    })
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

  /** Guests check for every file whether it is a socket, so a denied check is not reported as a refusal. */
  #requireName(path: string, change: boolean): void {
    if (this.#judge.mayName({ family: 'unix', path }, change)) return
    throw new HostError('ENOENT', `the guest sees no socket at ${textOf(path)}`)
  }
}

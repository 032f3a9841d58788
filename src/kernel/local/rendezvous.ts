import { type SocketAddress, UNNAMED, type UnixAddress } from '../../base/address.js'
import type { ErrnoName } from '../../base/errno.js'
import type { UnixNames } from '../../base/unix-names.js'
import type { Result } from '../descriptor.js'
import { BACKLOG_MAX } from '../sockets/accept-queue.js'

/** The name of an `AF_UNIX` socket inside a kernel, and the connections that wait there to be accepted. */
export class Rendezvous<Socket extends object> {
  readonly #names: UnixNames<Socket>
  readonly #owner: Socket
  /** How many may wait, plus one; negative while the socket does not listen. */
  #backlog = -1
  /** Its name, or that of the listener that it was accepted from. */
  address = UNNAMED
  /** Connected ends that wait to be accepted. */
  readonly waiting: Socket[] = []

  /**
   * @param names - the names of all such sockets
   * @param owner - the socket
   */
  constructor(names: UnixNames<Socket>, owner: Socket) {
    this.#names = names
    this.#owner = owner
  }

  /** Whether the socket listens. */
  get listens(): boolean {
    return this.#backlog >= 0
  }

  /** Whether no more connections may wait. Only the same program could make room, so a wait would be pointless. */
  get full(): boolean {
    return this.waiting.length > this.#backlog
  }

  /** Takes a name, or any that is free; see `bind()`. */
  bind(address: SocketAddress): Result {
    if (address.family !== 'unix') return 'EINVAL'
    const bound = this.address !== UNNAMED
    if (address.path !== '') return bound ? 'EINVAL' : this.#take(address)
    return bound ? 0 : this.#take({ family: 'unix', path: this.#names.choose() })
  }

  /** Listens, or changes the backlog. */
  listen(backlog: number): Result {
    if (this.address === UNNAMED) return 'EINVAL'
    this.#backlog = Math.min(backlog >>> 0, BACKLOG_MAX)
    return 0
  }

  /** The oldest connection that waits. */
  accept(): Socket | ErrnoName {
    return this.listens ? (this.waiting.shift() ?? 'EAGAIN') : 'EINVAL'
  }

  /** The socket at an address. */
  find(address: SocketAddress): Socket | ErrnoName {
    if (address.family !== 'unix' || address.path === '') return 'EINVAL'
    return this.#names.connectable(address.path)
  }

  /** Gives the name back. @returns the connections that were not accepted */
  close(): Socket[] {
    this.#names.close(this.address.path, this.#owner)
    return this.waiting.splice(0)
  }

  #take(address: UnixAddress): Result {
    const refusal = this.#names.add(address.path, this.#owner)
    if (refusal !== undefined) return refusal
    this.address = address
    return 0
  }
}

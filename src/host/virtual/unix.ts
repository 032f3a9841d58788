/** Sockets with paths as names on the virtual network. */
import { UNNAMED, type UnixAddress } from '../../base/address.js'
import type { ErrnoName } from '../../base/errno.js'
import { UnixNames } from '../../base/unix-names.js'
import {
  type ConnectionEvents,
  HostBoundSocket,
  type HostConnection,
  HostListener,
  type ListenerEvents,
} from '../contract/connection.js'
import { HostError } from '../contract/error.js'
import { HostUnix } from '../contract/unix.js'
import { VirtualConnection, type Wire } from './connection.js'
import type { Queue } from './queue.js'

/** The `AF_UNIX` sockets of a virtual network. Their names are not files, and need no directory. */
export class VirtualUnix extends HostUnix implements Wire<UnixAddress> {
  readonly queue: Queue
  readonly #names = new UnixNames<VirtualName>()
  /** Open connections; an outgoing one with the name that it holds. */
  readonly #connections = new Map<VirtualConnection<UnixAddress>, VirtualName | undefined>()

  /** @param queue - the queue of the network */
  constructor(queue: Queue) {
    super()
    this.queue = queue
  }

  /** Everything that is still open, one line each, but not the names that outlive their sockets. */
  open(): string[] {
    const connections = [...this.#connections.keys()].map((connection) => `connection ${connection.describe()}`)
    return [...[...this.#names.open()].map((path) => `name ${JSON.stringify(path)}`), ...connections]
  }

  bind(local: UnixAddress): HostBoundSocket<UnixAddress> {
    const name = new VirtualName(this, local)
    const refusal = this.#names.add(local.path, name)
    if (refusal !== undefined) throw new HostError(refusal, `bind ${JSON.stringify(local.path)}`)
    return name
  }

  connect(remote: UnixAddress, events: ConnectionEvents): HostConnection<UnixAddress> {
    return this.connectFrom(undefined, remote, events)
  }

  unlink(path: string): void {
    if (!this.#names.remove(path)) throw missing(path)
  }

  chmod(path: string, mode: number): void {
    if (!this.#names.chmod(path, mode)) throw missing(path)
  }

  mode(path: string): number {
    const name = this.#names.find(path)
    if (name === undefined) throw missing(path)
    return name.mode
  }

  /** Connects from a name, which is released together with the connection. */
  connectFrom(
    name: VirtualName | undefined,
    remote: UnixAddress,
    events: ConnectionEvents,
  ): HostConnection<UnixAddress> {
    const local = name?.local ?? UNNAMED
    const client = VirtualConnection.outgoing<UnixAddress>(this, local, remote)
    client.events = events
    this.#connections.set(client, name)
    const listener = this.#listenerAt(remote.path)
    if (typeof listener === 'string') {
      this.queue.post(() => client.decline(listener))
      return client
    }
    const server = client.accept(listener.local, local)
    this.#connections.set(server, undefined)
    // Linux wakes the listener first.
    this.queue.post(() => listener.offer(server))
    this.queue.post(() => client.established())
    return client
  }

  over(connection: VirtualConnection<UnixAddress>): void {
    const name = this.#connections.get(connection)
    if (name !== undefined) this.release(name)
    this.#connections.delete(connection)
  }

  /** Releases a name when its socket is closed. */
  release(name: VirtualName): void {
    this.#names.close(name.local.path, name)
  }

  #listenerAt(path: string): VirtualUnixListener | ErrnoName {
    const name = this.#names.connectable(path)
    return typeof name === 'string' ? name : (name.listener ?? 'ECONNREFUSED')
  }
}

/** A socket with a name. */
class VirtualName extends HostBoundSocket<UnixAddress> {
  readonly local: UnixAddress
  /** The listener on the name. */
  listener: VirtualUnixListener | undefined
  readonly #network: VirtualUnix
  #used = false

  constructor(network: VirtualUnix, local: UnixAddress) {
    super()
    this.#network = network
    this.local = local
  }

  close(): void {
    if (!this.#used) this.#network.release(this)
    this.#used = true
  }

  override listen(_backlog: number, events: ListenerEvents<UnixAddress>): HostListener<UnixAddress> {
    this.#requireUnused()
    this.#used = true
    this.listener = new VirtualUnixListener(this.#network, this, events)
    return this.listener
  }

  override connect(remote: UnixAddress, events: ConnectionEvents): HostConnection<UnixAddress> {
    this.#requireUnused()
    this.#used = true
    return this.#network.connectFrom(this, remote, events)
  }

  #requireUnused(): void {
    if (this.#used) throw new HostError('EINVAL', 'the name has already been used or closed')
  }
}

class VirtualUnixListener extends HostListener<UnixAddress> {
  readonly #network: VirtualUnix
  readonly #name: VirtualName
  readonly #events: ListenerEvents<UnixAddress>
  #closed = false

  constructor(network: VirtualUnix, name: VirtualName, events: ListenerEvents<UnixAddress>) {
    super()
    this.#network = network
    this.#name = name
    this.#events = events
  }

  get local(): UnixAddress {
    return this.#name.local
  }

  /** Delivers a connection, or resets it if the listener has been closed, since it will never be accepted. */
  offer(connection: VirtualConnection<UnixAddress>): void {
    if (this.#closed) connection.reset()
    else this.#events.onConnection(connection)
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#network.release(this.#name)
  }
}

function missing(path: string): HostError {
  return new HostError('ENOENT', `no socket has the name ${JSON.stringify(path)}`)
}

/** The sockets with paths of a host with services. */
import type { UnixAddress } from '../../base/address.js'
import { isServiceName, isServicePath, SERVICE } from '../../base/service-name.js'
import {
  type ConnectionEvents,
  HostBoundSocket,
  type HostConnection,
  HostListener,
  type ListenerEvents,
} from '../../host/contract/connection.js'
import { HostError } from '../../host/contract/error.js'
import { HostUnix } from '../../host/contract/unix.js'

/** Leads the paths of services into a network of their own, and all others to the host below. */
export class ServiceUnix extends HostUnix {
  readonly #services: HostUnix
  readonly #others: HostUnix
  readonly #listening = new Set<string>()
  /** What waits for a path to be listened on. */
  readonly #waiting = new Map<string, Set<() => void>>()

  /**
   * @param services - the network of the services, where a path outlives its socket
   * @param others - the sockets of the host below; without any, all paths are in memory
   */
  constructor(services: HostUnix, others: HostUnix = services) {
    super()
    this.#services = services
    this.#others = others
  }

  bind(local: UnixAddress): HostBoundSocket<UnixAddress> {
    const { path } = local
    if (!isServicePath(path)) return new PlainSocket(this.#others.bind(local))
    if (isServiceName(path.slice(SERVICE.length)))
      return new ServiceSocket(this.#services.bind(local), {
        listens: () => this.#listens(path),
        ends: () => {
          this.#listening.delete(path)
          this.#services.unlink(path)
        },
      })
    throw new HostError('EINVAL', `Cannot bind ${JSON.stringify(path)}: a service's name has a letter first`)
  }

  connect(remote: UnixAddress, events: ConnectionEvents): HostConnection<UnixAddress> {
    return (isServicePath(remote.path) ? this.#services : this.#others).connect(remote, events)
  }

  unlink(path: string): void {
    this.#requireFile(path)
    this.#others.unlink(path)
  }

  chmod(path: string, mode: number): void {
    this.#requireFile(path)
    this.#others.chmod(path, mode)
  }

  mode(path: string): number {
    this.#requireFile(path)
    return this.#others.mode(path)
  }

  /** Calls back once something listens on the path of a service. @returns a function that cancels it */
  whenListening(path: string, callback: () => void): () => void {
    if (this.#listening.has(path)) {
      callback()
      return () => {}
    }
    const waiting = this.#waiting.get(path) ?? new Set()
    this.#waiting.set(path, waiting)
    // Each call is one of its own, even with the same callback.
    const call = (): void => callback()
    waiting.add(call)
    return () => {
      waiting.delete(call)
      if (waiting.size === 0 && this.#waiting.get(path) === waiting) this.#waiting.delete(path)
    }
  }

  #listens(path: string): void {
    this.#listening.add(path)
    const waiting = this.#waiting.get(path) ?? []
    this.#waiting.delete(path)
    for (const call of waiting) call()
  }

  #requireFile(path: string): void {
    if (isServicePath(path)) throw new HostError('ENOENT', 'a service is no file')
  }
}

/** A socket with another path, from which no service can be reached. */
class PlainSocket extends HostBoundSocket<UnixAddress> {
  readonly #inner: HostBoundSocket<UnixAddress>

  constructor(inner: HostBoundSocket<UnixAddress>) {
    super()
    this.#inner = inner
  }

  get local(): UnixAddress {
    return this.#inner.local
  }

  close(): void {
    this.#inner.close()
  }

  override listen(backlog: number, events: ListenerEvents<UnixAddress>): HostListener<UnixAddress> {
    return this.#inner.listen(backlog, events)
  }

  override connect(remote: UnixAddress, events: ConnectionEvents): HostConnection<UnixAddress> {
    if (!isServicePath(remote.path)) return this.#inner.connect(remote, events)
    throw new HostError('EINVAL', 'a socket with a path of its own cannot connect to a service; leave bind() out')
  }
}

/** What is told of a service's name. */
interface NameEvents {
  /** Something listens on it. */
  readonly listens: () => void
  /** It is free again. */
  readonly ends: () => void
}

/** A socket with the name of a service, which ends with the socket. */
class ServiceSocket extends HostBoundSocket<UnixAddress> {
  readonly local: UnixAddress
  readonly #inner: HostBoundSocket<UnixAddress>
  readonly #name: NameEvents
  #used = false

  constructor(inner: HostBoundSocket<UnixAddress>, name: NameEvents) {
    super()
    this.local = inner.local
    this.#inner = inner
    this.#name = name
  }

  close(): void {
    if (this.#used) return
    this.#used = true
    this.#inner.close()
    this.#name.ends()
  }

  override listen(backlog: number, events: ListenerEvents<UnixAddress>): HostListener<UnixAddress> {
    const listener = this.#inner.listen(backlog, events)
    this.#used = true
    this.#name.listens()
    return new ServiceListener(listener, this.#name.ends)
  }

  override connect(remote: UnixAddress, events: ConnectionEvents): HostConnection<UnixAddress> {
    if (!isServicePath(remote.path))
      throw new HostError('EINVAL', 'a socket with the name of a service connects to services only; leave bind() out')
    const connection = this.#inner.connect(remote, events)
    this.#used = true
    // The name is free again, since nothing can be reached by it; the connection keeps it.
    this.#name.ends()
    return connection
  }
}

/** A listener whose name ends with it. */
class ServiceListener extends HostListener<UnixAddress> {
  readonly local: UnixAddress
  readonly #inner: HostListener<UnixAddress>
  readonly #ends: () => void
  #closed = false

  constructor(inner: HostListener<UnixAddress>, ends: () => void) {
    super()
    this.local = inner.local
    this.#inner = inner
    this.#ends = ends
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#inner.close()
    this.#ends()
  }
}

/** A host with services: streams between a host application and its guest, in memory and without ports. */
import type { UnixAddress } from '../../base/address.js'
import { isServiceName, SERVICE } from '../../base/service-name.js'
import type { ConnectionEvents, HostConnection } from '../../host/contract/connection.js'
import type { Host } from '../../host/contract/host.js'
import type { HostUnix } from '../../host/contract/unix.js'
import { type VirtualHost, virtualHost } from '../../host/virtual.js'
import { requireHost, WrappedHost } from '../wrapped-host.js'
import { ServiceUnix } from './service-unix.js'

/**
 * What serves the connections that a guest makes to services, by their names. It has to set the `events` of the
 * connection during the call; the connection does not read before `readStart()`.
 */
export type Servers = Readonly<Record<string, (connection: HostConnection<UnixAddress>) => void>>

/** A host with services. */
export interface ServiceHost extends Host {
  /**
   * Connects to a service that the guest listens on. `onConnect` or `onError` reports the outcome later: `ENOENT` when
   * the guest does not listen on it.
   *
   * @throws {TypeError} when the name is not that of a service
   */
  reach(name: string, events: ConnectionEvents): HostConnection<UnixAddress>
  /**
   * Calls back once something listens on a service, at once if it does already.
   *
   * @returns a function that cancels it
   * @throws {TypeError} when the name is not that of a service
   */
  whenListening(name: string, callback: () => void): () => void
}

/**
 * Creates a host that passes everything on to the one below, except what concerns services: a guest that connects to
 * the path `service:NAME` reaches a service of the host application, and the host application reaches what listens on
 * such a path. The streams are in memory, and each guest has its own: a service on which a guest listens is visible to
 * its host application only, so that no rule has to allow it.
 *
 * A name that does not exist is `ENOENT`, and one that is taken `EADDRINUSE`. The names are no files: they can be
 * neither removed nor changed, and end with their sockets.
 *
 * @param host - the host that provides the sockets
 * @param services - what the guest can connect to, as far as its policy allows that
 * @param network - what the streams are on; one of its own by default
 * @throws {TypeError} when a name is not that of a service, or `host` is not a host
 */
export function serviceHost(host: Host, services: Servers = {}, network = virtualHost()): ServiceHost {
  requireHost(host, 'host with services')
  return new Switchboard(host, network, services)
}

class Switchboard extends WrappedHost implements ServiceHost {
  readonly #network: VirtualHost
  readonly #unix: ServiceUnix

  constructor(inner: Host, network: VirtualHost, services: Servers) {
    super(inner)
    this.#network = network
    this.#unix = new ServiceUnix(network.unix, inner.unix)
    for (const [name, serve] of Object.entries(services)) {
      if (typeof serve !== 'function')
        throw new TypeError(`Cannot use the service ${JSON.stringify(name)}: it is a ${typeof serve}; give a function`)
      this.#unix.bind(serviceAddress(name)).listen(BACKLOG, { onConnection: serve, onError() {} })
    }
  }

  override get unix(): HostUnix {
    return this.#unix
  }

  override keepAlive(): () => void {
    const releases = [this.inner.keepAlive(), this.#network.keepAlive()]
    return () => {
      for (const release of releases) release()
    }
  }

  reach(name: string, events: ConnectionEvents): HostConnection<UnixAddress> {
    return this.#network.unix.connect(serviceAddress(name), events)
  }

  whenListening(name: string, callback: () => void): () => void {
    return this.#unix.whenListening(serviceAddress(name).path, callback)
  }
}

/** The network in memory takes any number. */
const BACKLOG = 128

/** The address of a service. @throws {TypeError} when the name is not that of one */
export function serviceAddress(name: string): UnixAddress {
  if (typeof name === 'string' && isServiceName(name)) return { family: 'unix', path: SERVICE + name }
  throw new TypeError(
    `Cannot use the service ${JSON.stringify(name)}: it is not a name; give a letter, then up to 63 of a-z, 0-9, _ . -`,
  )
}

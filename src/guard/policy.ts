/**
 * A host that restricts a guest's network access. It implements the same contract as the host below it, so it works
 * over any host.
 */
import type { Address } from '../base/address.js'
import type { ConnectionEvents, HostBoundSocket, HostConnection } from '../host/contract/connection.js'
import type { DatagramBindOptions, DatagramEvents, HostDatagram } from '../host/contract/datagram.js'
import type { BindOptions } from '../host/contract/error.js'
import { Host, type HostTimer } from '../host/contract/host.js'
import type { CancelLookup, LookupEvents, LookupFamily } from '../host/contract/lookup.js'
import { Grants, type Policy } from './grants.js'
import { PolicyBoundSocket } from './policy-bound-socket.js'
import { PolicyDatagram } from './policy-datagram.js'
import { PolicyUnix } from './policy-unix.js'

export { formatEndpoint } from '../base/endpoint.js'
export type { Policy, Refusal } from './grants.js'

/**
 * Creates a host that passes on to the one below what the policy grants, and refuses everything else with `EACCES`.
 *
 * Binding is never refused, since a guest that may not listen should get the error from `listen()`; but an address
 * that is not granted is not bound either. For messages, binding to a port of the guest's choice counts as listening;
 * a guest that may only send binds a free port.
 *
 * @param host - the host that provides the sockets
 * @param policy - nothing is granted by default
 * @throws {TypeError} when a rule is not an address, or `host` is not a host
 *
 * @example
 * ```ts
 * import { Loop, policyHost, TCP, UVError, virtualHost } from 'libuv-wasm'
 *
 * const host = policyHost(virtualHost(), { listen: ['127.0.0.1:80'] })
 * const loop = await Loop.open({ host })
 * const server = new TCP({ loop })
 * server.bind(['127.0.0.1', 8080])
 * try {
 *   server.listen()
 * } catch (error) {
 *   if (error instanceof UVError) console.log(error.code)
 * }
 * await loop[Symbol.asyncDispose]()
 * ```
 * ```text
 * EACCES
 * ```
 */
export function policyHost(host: Host, policy: Policy = {}): Host {
  // Recognized by its methods: it may come from another copy of this package.
  if (typeof host?.defer !== 'function') {
    throw new TypeError('Cannot make a policy host: this is not a host; make one with nodeHost() or virtualHost()')
  }
  return new PolicyHost(host, new Grants(policy, () => host.interfaces()))
}

class PolicyHost extends Host {
  readonly name: string
  override readonly deliversInline: boolean
  readonly #host: Host
  readonly #grants: Grants
  #unix: PolicyUnix | undefined

  constructor(host: Host, grants: Grants) {
    super()
    this.name = host.name
    this.deliversInline = host.deliversInline
    this.#host = host
    this.#grants = grants
  }

  override clock(): number {
    return this.#host.clock()
  }

  override wallClock(): number {
    return this.#host.wallClock()
  }

  override defer(callback: () => void): void {
    this.#host.defer(callback)
  }

  override timer(callback: () => void): HostTimer {
    return this.#host.timer(callback)
  }

  override keepAlive(): () => void {
    return this.#host.keepAlive()
  }

  override sharesPorts(kind: 'stream' | 'datagram'): boolean {
    return this.#host.sharesPorts(kind)
  }

  override bind(local: Address, options: BindOptions): HostBoundSocket {
    const port = this.#grants.mayTake(local) ? this.#host.bind(local, options) : undefined
    return new PolicyBoundSocket(local, port, this.#grants)
  }

  override connect(remote: Address, events: ConnectionEvents): HostConnection {
    this.#grants.requireConnect(remote)
    return this.#host.connect(remote, events)
  }

  override get unix(): PolicyUnix | undefined {
    const { unix } = this.#host
    this.#unix ??= unix && new PolicyUnix(unix, this.#grants)
    return this.#unix
  }

  override bindDatagram(local: Address, options: DatagramBindOptions, events: DatagramEvents): HostDatagram {
    return new PolicyDatagram(this.#host, this.#grants, local, options, events)
  }

  override lookup(name: string, family: LookupFamily, events: LookupEvents): CancelLookup {
    const learn = this.#grants.requireLookup(name, family)
    return this.#host.lookup(name, family, {
      onAnswer: (texts) => {
        learn(texts)
        events.onAnswer(texts)
      },
      onError: (code) => {
        if (code === 'ENOENT') learn([])
        events.onError(code)
      },
    })
  }

  override interfaces(): ReadonlyMap<string, number> {
    return this.#grants.interfaces(() => this.#host.interfaces())
  }

  override reverse(address: Address, events: LookupEvents): CancelLookup {
    this.#grants.requireReverse(address)
    return this.#host.reverse(address, events)
  }
}

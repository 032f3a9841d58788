/**
 * What a guest may do with the network: nothing, but what it was granted. The same contract as the host below, so it works
 * over any of them.
 */
import type { Address } from '../abi/address.js'
import {
  type BindOptions,
  type ConnectionEvents,
  Host,
  type HostConnection,
  HostError,
  type HostListener,
  HostPort,
  type HostTimer,
  type ListenerEvents,
} from '../host/host.js'

/** Something a guest wanted and may not. */
export interface Refusal {
  readonly action: 'listen' | 'connect'
  readonly address: Address
}

/** What is granted. */
export interface Policy {
  /** Where the guest may listen: `host:port` as it asks for it (port 0 for a free one), or `*` for anywhere. */
  readonly listen?: readonly string[]
  /** Where it may connect: `host:port`, or `*` for anywhere. */
  readonly connect?: readonly string[]
  /** Told of each refusal. */
  readonly onRefusal?: (refusal: Refusal) => void
}

/** An address as rules have it: `127.0.0.1:80`, `[::1]:80`. */
export function formatEndpoint({ family, host, port }: Address): string {
  return family === 'ipv6' ? `[${host}]:${port}` : `${host}:${port}`
}

/**
 * A host that does what the one below does, where the policy grants it, and refuses with `EACCES` where not.
 *
 * @param host - the real one
 */
export function policyHost(host: Host, policy: Policy): Host {
  return new PolicyHost(host, policy)
}

class PolicyHost extends Host {
  readonly name: string
  readonly #host: Host
  readonly #policy: Policy

  constructor(host: Host, policy: Policy) {
    super()
    this.name = host.name
    this.#host = host
    this.#policy = policy
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

  override bind(local: Address, options: BindOptions): HostPort {
    const mayListen = grants(this.#policy.listen, local)
    // A guest that may do nothing with a port must not be able to take one.
    const port = mayListen || this.#policy.connect?.length ? this.#host.bind(local, options) : undefined
    return new PolicyPort(port, local, {
      listen: () => mayListen || this.#refuse('listen', local),
      connect: (remote) => this.#permitConnect(remote),
    })
  }

  override connect(remote: Address, events: ConnectionEvents): HostConnection {
    this.#permitConnect(remote)
    return this.#host.connect(remote, events)
  }

  #permitConnect(remote: Address): void {
    if (!grants(this.#policy.connect, remote)) this.#refuse('connect', remote)
  }

  #refuse(action: 'listen' | 'connect', address: Address): never {
    this.#policy.onRefusal?.({ action, address })
    throw new HostError(
      'EACCES',
      `the guest may not ${action} ${action === 'listen' ? 'on' : 'to'} ${formatEndpoint(address)}`,
    )
  }
}

interface Permits {
  listen(): void
  connect(remote: Address): void
}

class PolicyPort extends HostPort {
  readonly local: Address
  readonly #port: HostPort | undefined
  readonly #permits: Permits

  constructor(port: HostPort | undefined, asked: Address, permits: Permits) {
    super()
    this.#port = port
    this.#permits = permits
    this.local = port?.local ?? asked
  }

  override close(): void {
    this.#port?.close()
  }

  override listen(backlog: number, events: ListenerEvents): HostListener {
    this.#permits.listen()
    return this.#granted().listen(backlog, events)
  }

  override connect(remote: Address, events: ConnectionEvents): HostConnection {
    this.#permits.connect(remote)
    return this.#granted().connect(remote, events)
  }

  #granted(): HostPort {
    if (this.#port === undefined) throw new HostError('EACCES', 'the port was never taken')
    return this.#port
  }
}

function grants(rules: readonly string[] | undefined, address: Address): boolean {
  return rules !== undefined && (rules.includes('*') || rules.includes(formatEndpoint(address)))
}

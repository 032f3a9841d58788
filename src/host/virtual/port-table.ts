/**
 * The bound local addresses. The rules are those of Linux for sockets with `SO_REUSEADDR`, which libuv always sets:
 * any number of sockets may be bound to an address as long as none of them listens; a listening socket owns it
 * exclusively.
 */
import type { Address } from '../../base/address.js'
import { formatEndpoint } from '../../base/endpoint.js'
import { type BindOptions, HostError } from '../contract/error.js'
import { EphemeralPorts } from './ephemeral-ports.js'
import { addressOf, type Endpoint, type Ip, isWildcard, overlap, reaches } from './ip.js'
import type { Site } from './site.js'

/** A local address that a socket is bound to. */
export interface Claim<L> extends Endpoint {
  readonly local: Address
  readonly options: BindOptions
  /**
   * Whether `connect()` chose the port. Such a socket has no `SO_REUSEADDR`: no other socket can be bound to the port.
   */
  readonly chosen: boolean
  /** The listener on this address. */
  listener: L | undefined
  /** The remote end, such as `127.0.0.1 80`, once the address is the local end of a connection. */
  remote: string | undefined
}

/** The ports of a network. `L` is the type of the listeners. */
export class PortTable<L> {
  readonly #claims = new Map<number, Set<Claim<L>>>()
  readonly #ephemeral: EphemeralPorts
  readonly #site: Site

  /** @param seed - chooses the first ephemeral port */
  constructor(seed: number, site: Site) {
    this.#site = site
    this.#ephemeral = new EphemeralPorts(seed)
  }

  /**
   * Binds an address. Ports below 1024 are available to all sockets: there is no root user on this network.
   *
   * @param local - port 0 selects an unused port
   * @param chosen - for a `connect()` of an unbound socket; it fails with another error than `bind()` when no
   *   ephemeral port is left
   * @throws {HostError} EADDRNOTAVAIL for an address outside this network; EADDRINUSE when a socket listens on it, or
   *   its port was chosen by `connect()`; EINVAL for a mapped IPv4 address on an IPv6-only socket
   */
  take(local: Address, options: BindOptions, chosen = false): Claim<L> {
    const ip = this.#site.takeable(local, options.ipv6Only)
    const port = local.port || this.#freePort(chosen)
    const claim: Claim<L> = {
      local: addressOf(local.family, ip, port),
      ip,
      options,
      chosen,
      listener: undefined,
      remote: undefined,
    }
    this.#refuseTaken(claim)
    const others = this.#claims.get(port)
    if (others === undefined) this.#claims.set(port, new Set([claim]))
    else others.add(claim)
    return claim
  }

  /** @throws {HostError} EADDRINUSE when another socket listens on the address */
  listen(claim: Claim<L>, listener: L): void {
    this.#refuseTaken(claim)
    claim.listener = listener
  }

  /** @throws {HostError} EADDRNOTAVAIL when a connection with these two ends already exists */
  connect(claim: Claim<L>, remote: Ip, port: number): void {
    const key = `${remote.host} ${port}`
    for (const other of this.#claims.get(claim.local.port) ?? []) {
      if (other !== claim && other.remote === key && overlap(other, claim)) {
        throw new HostError('EADDRNOTAVAIL', `a connection from port ${claim.local.port} to ${key} already exists`)
      }
    }
    claim.remote = key
  }

  /** Releases an address. */
  release(claim: Claim<L>): void {
    const claims = this.#claims.get(claim.local.port)
    claims?.delete(claim)
    if (claims?.size === 0) this.#claims.delete(claim.local.port)
  }

  /**
   * The listener for connections to this address. Of several that share the port, those with the exact address come
   * first, and they take turns.
   */
  listenerAt(ip: Ip, port: number): L | undefined {
    const claims = this.#claims.get(port)
    if (claims === undefined) return undefined
    const found = [...claims].filter((claim) => claim.listener !== undefined && reaches(claim, ip))
    const chosen = found.find((claim) => !isWildcard(claim.ip)) ?? found[0]
    if (chosen !== undefined && found.length > 1) {
      claims.delete(chosen)
      claims.add(chosen)
    }
    return chosen?.listener
  }

  /** Releases everything. */
  clear(): void {
    this.#claims.clear()
  }

  /** All bound addresses. */
  claims(): Claim<L>[] {
    return [...this.#claims.values()].flatMap((claims) => [...claims])
  }

  /** All bound addresses, for messages. */
  list(): string[] {
    return this.claims().map(({ local }) => formatEndpoint(local))
  }

  #freePort(chosen: boolean): number {
    return this.#ephemeral.next((port) => this.#claims.has(port), chosen ? 'EADDRNOTAVAIL' : 'EADDRINUSE')
  }

  #refuseTaken(claim: Claim<L>): void {
    for (const other of this.#claims.get(claim.local.port) ?? []) {
      if (other === claim || (other.listener === undefined && !other.chosen) || !overlap(other, claim)) continue
      if (other.options.reusePort && claim.options.reusePort) continue
      throw new HostError(
        'EADDRINUSE',
        `another socket ${other.chosen ? 'is bound to' : 'listens on'} ${formatEndpoint(other.local)}`,
      )
    }
  }
}

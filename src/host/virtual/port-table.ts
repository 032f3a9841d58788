/**
 * Who has which local address. The rules are those of Linux for sockets with `SO_REUSEADDR`, which libuv always sets:
 * any number of sockets may be bound to one address as long as none of them listens; then it is that one's alone.
 */
import type { Address } from '../../base/address.js'
import { formatEndpoint } from '../../base/endpoint.js'
import { type BindOptions, HostError } from '../contract/error.js'
import { EphemeralPorts } from './ephemeral-ports.js'
import { addressOf, type Endpoint, type Ip, isWildcard, overlap, reaches, takeableIp } from './ip.js'

/** A local address that a socket has taken. */
export interface Claim<L> extends Endpoint {
  readonly local: Address
  readonly options: BindOptions
  /** Whether `connect()` chose it. Such a socket has no `SO_REUSEADDR`: nobody else can take its port. */
  readonly chosen: boolean
  /** What accepts connections here. */
  listener: L | undefined
  /** The remote end, as `127.0.0.1 80`, once it is the local end of a connection. */
  remote: string | undefined
}

/** The ports of a network. `L` is what listens on one. */
export class PortTable<L> {
  readonly #claims = new Map<number, Set<Claim<L>>>()
  readonly #ephemeral: EphemeralPorts

  /** @param seed - chooses the first ephemeral port */
  constructor(seed: number) {
    this.#ephemeral = new EphemeralPorts(seed)
  }

  /**
   * Takes an address. Ports below 1024 are free for all: nobody on this network is root.
   *
   * @param local - port 0 takes one that nobody has
   * @param chosen - for a `connect()` from anywhere; it has another error than `bind()` when no ephemeral port is left
   * @throws {HostError} EADDRNOTAVAIL for an address that nobody here has; EADDRINUSE when a socket listens there, or its
   *   port was chosen by `connect()`; EINVAL for a mapped IPv4 address on an IPv6-only socket
   */
  take(local: Address, options: BindOptions, chosen = false): Claim<L> {
    const ip = takeableIp(local, options.ipv6Only)
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

  /** @throws {HostError} EADDRINUSE when another socket listens there */
  listen(claim: Claim<L>, listener: L): void {
    this.#refuseTaken(claim)
    claim.listener = listener
  }

  /** @throws {HostError} EADDRNOTAVAIL when a connection has these two ends already */
  connect(claim: Claim<L>, remote: Ip, port: number): void {
    const key = `${remote.host} ${port}`
    for (const other of this.#claims.get(claim.local.port) ?? []) {
      if (other !== claim && other.remote === key && overlap(other, claim)) {
        throw new HostError('EADDRNOTAVAIL', `a connection from port ${claim.local.port} to ${key} exists already`)
      }
    }
    claim.remote = key
  }

  /** Gives an address back. */
  release(claim: Claim<L>): void {
    const claims = this.#claims.get(claim.local.port)
    claims?.delete(claim)
    if (claims?.size === 0) this.#claims.delete(claim.local.port)
  }

  /**
   * Who accepts connections to this address. Of several that share the port, those with the exact address come first, and
   * they take turns.
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

  /** Every address that is taken, for messages. */
  list(): string[] {
    return [...this.#claims.values()].flatMap((claims) => [...claims].map(({ local }) => formatEndpoint(local)))
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
        `another socket ${other.chosen ? 'has' : 'listens on'} ${formatEndpoint(other.local)}`,
      )
    }
  }
}

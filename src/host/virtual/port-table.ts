/**
 * Who has which local address. The rules are those of Linux for sockets with `SO_REUSEADDR`, which libuv always sets:
 * any number of sockets may be bound to one address as long as none of them listens; then it is that one's alone.
 */
import type { Address } from '../../abi/address.js'
import type { ErrnoName } from '../../abi/errno.js'
import { type BindOptions, HostError } from '../host.js'
import { addressOf, type Ip, ipOf, isLocal, isWildcard } from './ip.js'

/** Where ephemeral ports begin (RFC 6335, section 6). They end with 65535. */
export const FIRST_EPHEMERAL = 49_152
/** How many ephemeral ports there are. */
const EPHEMERAL_COUNT = 65_536 - FIRST_EPHEMERAL

/** A local address that a socket has taken. */
export interface Claim<L> {
  readonly local: Address
  readonly ip: Ip
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
  #ephemeral: number

  /** @param firstPort - the first ephemeral port to be given out, 49152 to 65535; the next ones count up from it */
  constructor(firstPort: number) {
    this.#ephemeral = firstPort
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
    const ip = ipOf(local)
    if (local.family === 'ipv6' && ip.version === 4 && options.ipv6Only) {
      throw new HostError('EINVAL', `an IPv6-only socket cannot take ${local.host}, which is an IPv4 address`)
    }
    if (!isWildcard(ip) && !isLocal(ip)) {
      throw new HostError(
        'EADDRNOTAVAIL',
        `${local.host} is not on the virtual network: take 127.0.0.1, ::1, 0.0.0.0 or ::`,
      )
    }
    const port = local.port === 0 ? this.#freePort(chosen ? 'EADDRNOTAVAIL' : 'EADDRINUSE') : local.port
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
    const found = [...claims].filter((claim) => claim.listener !== undefined && covers(claim, ip))
    const chosen = found.find((claim) => !isWildcard(claim.ip)) ?? found[0]
    if (chosen !== undefined && found.length > 1) {
      claims.delete(chosen)
      claims.add(chosen)
    }
    return chosen?.listener
  }

  /** Every address that is taken, for messages. */
  list(): string[] {
    return [...this.#claims.values()].flatMap((claims) => [...claims].map(describe))
  }

  #freePort(exhausted: ErrnoName): number {
    for (let tries = 0; tries < EPHEMERAL_COUNT; tries++) {
      const port = this.#ephemeral
      this.#ephemeral = port === 65_535 ? FIRST_EPHEMERAL : port + 1
      if (!this.#claims.has(port)) return port
    }
    throw new HostError(exhausted, `all ${EPHEMERAL_COUNT} ephemeral ports are taken: close some sockets`)
  }

  #refuseTaken(claim: Claim<L>): void {
    for (const other of this.#claims.get(claim.local.port) ?? []) {
      if (other === claim || (other.listener === undefined && !other.chosen) || !overlap(other, claim)) continue
      if (other.options.reusePort && claim.options.reusePort) continue
      throw new HostError('EADDRINUSE', `another socket ${other.chosen ? 'has' : 'listens on'} ${describe(other)}`)
    }
  }
}

/** Whether some destination address would suit both. */
function overlap(a: Claim<unknown>, b: Claim<unknown>): boolean {
  return covers(a, b.ip) || covers(b, a.ip)
}

/** Whether packets for `ip` would reach it. */
function covers(claim: Claim<unknown>, ip: Ip): boolean {
  if (!isWildcard(claim.ip)) return claim.ip.version === ip.version && claim.ip.host === ip.host
  // The IPv6 wildcard is the IPv4 one too, unless it was told not to be.
  return claim.ip.version === ip.version || (claim.ip.version === 6 && !claim.options.ipv6Only)
}

function describe(claim: Claim<unknown>): string {
  const { host, port } = claim.local
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}

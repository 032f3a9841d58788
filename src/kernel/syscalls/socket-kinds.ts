import type { Description } from '../../abi/description.js'
import { PROTOCOLS, SOCKET_TYPES } from '../../abi/limits.js'
import type { ErrnoName } from '../../base/errno.js'
import type { Domain, SocketType } from '../descriptor.js'

/** What `socket()` is to make. */
export interface SocketKind {
  readonly domain: Domain
  readonly type: SocketType
}

/** The bits of a socket's type that are not flags, as on Linux. */
const TYPE_MASK = 0xf

/** Judges the arguments of `socket()` in the order in which Linux does. */
export class SocketKinds {
  readonly #c: Description['constants']
  readonly #domains: ReadonlyMap<number, Domain>

  /** @param abi - the module's numbers */
  constructor({ constants }: Description) {
    this.#c = constants
    this.#domains = new Map<number, Domain>([
      [constants.AF_INET, 'ipv4'],
      [constants.AF_INET6, 'ipv6'],
      [constants.AF_UNIX, 'unix'],
    ])
  }

  /** The kind of a socket, or the error if there is none. */
  of(domain: number, type: number, protocol: number): SocketKind | ErrnoName {
    if (!this.knowsFlags(type & ~TYPE_MASK)) return 'EINVAL'
    const kind = type & TYPE_MASK
    const known = this.#domains.get(domain)
    if (known === undefined) return 'EAFNOSUPPORT'
    if (kind >= SOCKET_TYPES) return 'EINVAL'
    return known === 'unix' ? this.#local(kind, protocol) : this.#internet(known, kind, protocol)
  }

  /** Whether these are flags of a new descriptor: O_NONBLOCK and O_CLOEXEC are the same bits. */
  knowsFlags(flags: number): boolean {
    return (flags & ~(this.#c.SOCK_NONBLOCK | this.#c.SOCK_CLOEXEC)) === 0
  }

  #local(kind: number, protocol: number): SocketKind | ErrnoName {
    const { AF_UNIX, SOCK_DGRAM, SOCK_RAW, SOCK_SEQPACKET, SOCK_STREAM } = this.#c
    if (protocol !== 0 && protocol !== AF_UNIX) return 'EPROTONOSUPPORT'
    if (kind === SOCK_STREAM) return { domain: 'unix', type: 'stream' }
    // Like on Linux, raw ones are those for messages.
    if (kind === SOCK_DGRAM || kind === SOCK_RAW) return { domain: 'unix', type: 'datagram' }
    return kind === SOCK_SEQPACKET ? { domain: 'unix', type: 'packets' } : 'ESOCKTNOSUPPORT'
  }

  #internet(domain: 'ipv4' | 'ipv6', kind: number, protocol: number): SocketKind | ErrnoName {
    const { IPPROTO_TCP, IPPROTO_UDP, SOCK_DGRAM, SOCK_RAW, SOCK_STREAM } = this.#c
    if (protocol < 0 || protocol >= PROTOCOLS) return 'EINVAL'
    // A program has no privileges.
    if (kind === SOCK_RAW) return protocol === 0 ? 'EPROTONOSUPPORT' : 'EPERM'
    if (kind !== SOCK_STREAM && kind !== SOCK_DGRAM) return 'ESOCKTNOSUPPORT'
    const type = kind === SOCK_STREAM ? 'stream' : 'datagram'
    const own = type === 'stream' ? IPPROTO_TCP : IPPROTO_UDP
    return protocol === 0 || protocol === own ? { domain, type } : 'EPROTONOSUPPORT'
  }
}

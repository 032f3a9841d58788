/** Reads C's structures for joining and leaving groups (`struct ip_mreq` and others) as {@link Membership}. */
import type { Description } from '../../abi/description.js'
import type { Memory } from '../../abi/memory.js'
import type { ErrnoName } from '../../base/errno.js'
import type { Membership } from '../../host/contract/datagram.js'
import type { Result } from '../descriptor.js'
import type { SockaddrCodec } from './sockaddr.js'

/** What an option does: whether it joins or leaves, and how to read its structure. */
interface Kind {
  readonly join: boolean
  readonly read: (at: number, length: number) => Membership | ErrnoName
}

/** Reads memberships from one module's memory. */
export class MembershipCodec {
  readonly #memory: Memory
  readonly #layout: Description['layout']
  readonly #addresses: SockaddrCodec
  /** By level, then by option number. */
  readonly #kinds: ReadonlyMap<number, ReadonlyMap<number, Kind>>

  /**
   * @param abi - the module's option numbers and layouts
   * @param memory - the module's memory
   * @param addresses - reads addresses there
   */
  constructor(abi: Description, memory: Memory, addresses: SockaddrCodec) {
    this.#memory = memory
    this.#layout = abi.layout
    this.#addresses = addresses
    const c = abi.constants
    const kinds = (read: Kind['read'], join: number, leave: number): [number, Kind][] => [
      [join, { join: true, read }],
      [leave, { join: false, read }],
    ]
    const bySocket = kinds(this.#readSource, c.MCAST_JOIN_SOURCE_GROUP, c.MCAST_LEAVE_SOURCE_GROUP)
    this.#kinds = new Map([
      [
        c.IPPROTO_IP,
        new Map([
          ...kinds(this.#read4, c.IP_ADD_MEMBERSHIP, c.IP_DROP_MEMBERSHIP),
          ...kinds(this.#readSource4, c.IP_ADD_SOURCE_MEMBERSHIP, c.IP_DROP_SOURCE_MEMBERSHIP),
        ]),
      ],
      [c.IPPROTO_IPV6, new Map([...kinds(this.#read6, c.IPV6_ADD_MEMBERSHIP, c.IPV6_DROP_MEMBERSHIP), ...bySocket])],
    ])
  }

  /** Whether the option is one of these. */
  has(level: number, name: number): boolean {
    return this.#kinds.get(level)?.has(name) === true
  }

  /** Reads the structure at `at` and passes it to `apply`. @returns the result of `apply`; EINVAL, EFAULT */
  set(
    level: number,
    name: number,
    at: number,
    length: number,
    apply: (membership: Membership, join: boolean) => Result,
  ): Result {
    const kind = this.#kinds.get(level)?.get(name)
    if (kind === undefined) return 'ENOPROTOOPT'
    if (length < 0) return 'EINVAL'
    if (!this.#memory.contains(at, length)) return 'EFAULT'
    const membership = kind.read(at, length)
    return typeof membership === 'string' ? membership : apply(membership, kind.join)
  }

  readonly #read4 = (at: number, length: number): Membership | ErrnoName => {
    const { size, imr_multiaddr, imr_interface } = this.#layout.ip_mreq
    if (length < size) return 'EINVAL'
    // `struct ip_mreqn` adds an interface index, which hosts do not support for IPv4.
    if (length >= size + 4 && this.#memory.i32(at + size) !== 0) return 'ENODEV'
    return { group: this.#addresses.host4(at + imr_multiaddr), on: this.#addresses.host4(at + imr_interface) }
  }

  readonly #readSource4 = (at: number, length: number): Membership | ErrnoName => {
    const { size, imr_multiaddr, imr_interface, imr_sourceaddr } = this.#layout.ip_mreq_source
    if (length < size) return 'EINVAL'
    return {
      group: this.#addresses.host4(at + imr_multiaddr),
      on: this.#addresses.host4(at + imr_interface),
      source: this.#addresses.host4(at + imr_sourceaddr),
    }
  }

  readonly #read6 = (at: number, length: number): Membership | ErrnoName => {
    const { size, ipv6mr_multiaddr, ipv6mr_interface } = this.#layout.ipv6_mreq
    if (length < size) return 'EINVAL'
    return { group: this.#addresses.host6(at + ipv6mr_multiaddr), on: this.#memory.i32(at + ipv6mr_interface) }
  }

  readonly #readSource = (at: number, length: number): Membership | ErrnoName => {
    const { group_source_req: layout, sockaddr_in6 } = this.#layout
    if (length < layout.size) return 'EINVAL'
    const group = this.#addresses.read(at + layout.gsr_group, sockaddr_in6.size)
    const source = this.#addresses.read(at + layout.gsr_source, sockaddr_in6.size)
    if (typeof group === 'string' || typeof source === 'string') return 'EADDRNOTAVAIL'
    if (group.family !== 'ipv6' || source.family !== 'ipv6') return 'EADDRNOTAVAIL'
    return { group: group.host, on: this.#memory.i32(at + layout.gsr_interface), source: source.host }
  }
}

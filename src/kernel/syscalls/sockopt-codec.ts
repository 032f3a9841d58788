/**
 * `getsockopt()` and `setsockopt()`: converts C's levels, numbers and structures to and from the kernel's option
 * names.
 */
import { type Description, errnoNumber } from '../../abi/description.js'
import type { Memory } from '../../abi/memory.js'
import type { ErrnoName } from '../../base/errno.js'
import type { Descriptor, OptionName, Result } from '../descriptor.js'
import { MembershipCodec } from './membership.js'
import type { SockaddrCodec } from './sockaddr.js'

/** The size of an `int`. */
const INT = 4

/** Reads and writes option values in one module's memory. */
export class OptionCodec {
  readonly #abi: Description
  readonly #memory: Memory
  readonly #memberships: MembershipCodec
  /** By level, then by option number. */
  readonly #names: ReadonlyMap<number, ReadonlyMap<number, OptionName>>

  /**
   * @param abi - the module's option numbers
   * @param memory - the module's memory
   * @param addresses - reads socket addresses in that memory
   */
  constructor(abi: Description, memory: Memory, addresses: SockaddrCodec) {
    this.#abi = abi
    this.#memory = memory
    this.#memberships = new MembershipCodec(abi, memory, addresses)
    const c = abi.constants
    this.#names = new Map([
      [
        c.SOL_SOCKET,
        new Map<number, OptionName>([
          [c.SO_ERROR, 'error'],
          [c.SO_ACCEPTCONN, 'acceptsConnections'],
          [c.SO_REUSEADDR, 'reuseAddress'],
          [c.SO_REUSEPORT, 'reusePort'],
          [c.SO_KEEPALIVE, 'keepAlive'],
          [c.SO_LINGER, 'linger'],
          [c.SO_SNDBUF, 'sendBuffer'],
          [c.SO_RCVBUF, 'receiveBuffer'],
          [c.SO_BROADCAST, 'broadcast'],
        ]),
      ],
      [
        c.IPPROTO_TCP,
        new Map<number, OptionName>([
          [c.TCP_NODELAY, 'noDelay'],
          [c.TCP_KEEPIDLE, 'keepIdle'],
          [c.TCP_KEEPINTVL, 'keepInterval'],
          [c.TCP_KEEPCNT, 'keepCount'],
        ]),
      ],
      [
        c.IPPROTO_IP,
        new Map<number, OptionName>([
          [c.IP_TTL, 'ttl'],
          [c.IP_MULTICAST_TTL, 'multicastTtl'],
          [c.IP_MULTICAST_LOOP, 'multicastLoop'],
          [c.IP_MULTICAST_IF, 'multicastInterface'],
        ]),
      ],
      [
        c.IPPROTO_IPV6,
        new Map<number, OptionName>([
          [c.IPV6_V6ONLY, 'ipv6Only'],
          [c.IPV6_UNICAST_HOPS, 'ttl'],
          [c.IPV6_MULTICAST_HOPS, 'multicastTtl'],
          [c.IPV6_MULTICAST_LOOP, 'multicastLoop'],
          [c.IPV6_MULTICAST_IF, 'multicastInterface'],
        ]),
      ],
    ])
  }

  /** Answers `getsockopt()`. A value that does not fit is cut, as on Linux. */
  get(socket: Descriptor, level: number, name: number, value: number, length: number): Result {
    // Checked before the option is read, since reading `SO_ERROR` clears it.
    if (!this.#memory.contains(length, INT)) return 'EFAULT'
    const room = this.#memory.i32(length)
    if (room < 0) return 'EINVAL'
    if (!this.#memory.contains(value, Math.min(room, this.#abi.layout.linger.size))) return 'EFAULT'
    const image = this.#read(socket, level, name)
    if (typeof image === 'string') return image
    const count = Math.min(room, image.length)
    this.#memory.setBytes(value, image.subarray(0, count))
    this.#memory.setI32(length, count)
    return 0
  }

  /** Answers `setsockopt()`. */
  set(socket: Descriptor, level: number, name: number, value: number, length: number): Result {
    if (this.#memberships.has(level, name) && this.#isOwn(socket, level)) {
      return this.#memberships.set(level, name, value, length, (membership, join) =>
        socket.setMembership(membership, join),
      )
    }
    const option = this.#option(socket, level, name)
    if (option === undefined || option === 'error' || option === 'acceptsConnections') return 'ENOPROTOOPT'
    // At this level Linux accepts a single byte as the value, like other systems do.
    if (level === this.#abi.constants.IPPROTO_IP && length > 0 && length < INT) {
      return this.#memory.contains(value, length) ? socket.setOption(option, this.#memory.u8(value)) : 'EFAULT'
    }
    // A larger structure would hold the address at another offset.
    if (option === 'multicastInterface' && length !== INT) return 'EINVAL'
    const { size, l_onoff, l_linger } = this.#abi.layout.linger
    const wanted = option === 'linger' ? size : INT
    if (length < wanted) return 'EINVAL'
    if (!this.#memory.contains(value, wanted)) return 'EFAULT'
    if (option !== 'linger') return socket.setOption(option, this.#memory.i32(value))
    const on = this.#memory.i32(value + l_onoff) !== 0
    return socket.setOption('linger', on ? this.#memory.u32(value + l_linger) : -1)
  }

  #option(socket: Descriptor, level: number, name: number): OptionName | undefined {
    return this.#isOwn(socket, level) ? this.#names.get(level)?.get(name) : undefined
  }

  /** Whether the level applies to the socket: an IPv6 socket does not accept options of the IPv4 level. */
  #isOwn(socket: Descriptor, level: number): boolean {
    return level !== this.#abi.constants.IPPROTO_IP || socket.domain === 'ipv4'
  }

  /** The bytes of an option's value. */
  #read(socket: Descriptor, level: number, name: number): Uint8Array | ErrnoName {
    const fixed = this.#fixed(socket, level, name)
    if (fixed !== undefined) return bytes([[0, fixed]], INT)
    const option = this.#option(socket, level, name)
    if (option === undefined) return 'ENOPROTOOPT'
    const result = socket.getOption(option)
    // The name of an error is the value here, not a failure.
    if (option === 'error')
      return bytes([[0, typeof result === 'string' ? errnoNumber(this.#abi, result) : result]], INT)
    if (typeof result === 'string') return result
    if (option !== 'linger') return bytes([[0, result]], INT)
    const { size, l_onoff, l_linger } = this.#abi.layout.linger
    return bytes(
      [
        [l_onoff, result < 0 ? 0 : 1],
        [l_linger, Math.max(0, result)],
      ],
      size,
    )
  }

  /** Properties of the socket that no option can change. */
  #fixed(socket: Descriptor, level: number, name: number): number | undefined {
    const { AF_INET, AF_INET6, AF_UNIX, IPPROTO_TCP, IPPROTO_UDP, SOCK_DGRAM, SOCK_STREAM } = this.#abi.constants
    const { SOL_SOCKET, SO_DOMAIN, SO_PROTOCOL, SO_TYPE } = this.#abi.constants
    if (level !== SOL_SOCKET) return undefined
    const stream = socket.type === 'stream'
    if (name === SO_TYPE) return stream ? SOCK_STREAM : SOCK_DGRAM
    if (name === SO_DOMAIN) return socket.domain === 'ipv4' ? AF_INET : socket.domain === 'ipv6' ? AF_INET6 : AF_UNIX
    if (name === SO_PROTOCOL) return socket.domain === 'unix' ? 0 : stream ? IPPROTO_TCP : IPPROTO_UDP
    return undefined
  }
}

/** An image of a C structure: `int`s at their offsets. */
function bytes(ints: readonly (readonly [at: number, value: number])[], size: number): Uint8Array {
  const image = new Uint8Array(size)
  const fields = new DataView(image.buffer)
  for (const [at, value] of ints) fields.setInt32(at, value, true)
  return image
}

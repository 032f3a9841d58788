/**
 * `getsockopt()` and `setsockopt()`: converts C's levels, numbers and structures to and from the kernel's option
 * names.
 */
import { type Description, errnoNumber } from '../../abi/description.js'
import type { Memory } from '../../abi/memory.js'
import type { ErrnoName } from '../../base/errno.js'
import type { Descriptor, Result } from '../descriptor.js'
import { isStored, type OptionName } from '../sockets/socket-options.js'
import { TcpSocket } from '../sockets/tcp-socket.js'
import { MembershipCodec } from './membership.js'
import type { SockaddrCodec } from './sockaddr.js'
import { type OptionNumbers, optionNames } from './sockopt-names.js'
import { bytes, QueryCodec } from './sockopt-queries.js'

/** The size of an `int`. */
const INT = 4

/** Reads and writes option values in one module's memory. */
export class OptionCodec {
  readonly #abi: Description
  readonly #memory: Memory
  readonly #memberships: MembershipCodec
  readonly #queries: QueryCodec
  readonly #names: OptionNumbers

  /**
   * @param abi - the module's option numbers
   * @param memory - the module's memory
   * @param addresses - reads socket addresses in that memory
   */
  constructor(abi: Description, memory: Memory, addresses: SockaddrCodec) {
    this.#abi = abi
    this.#memory = memory
    this.#memberships = new MembershipCodec(abi, memory, addresses)
    this.#names = optionNames(abi.constants)
    this.#queries = new QueryCodec(abi)
  }

  /** Answers `getsockopt()`. A value that does not fit is cut, as on Linux. */
  get(socket: Descriptor, level: number, name: number, value: number, length: number): Result {
    // Checked before the option is read, since reading `SO_ERROR` clears it.
    if (!this.#memory.contains(length, INT)) return 'EFAULT'
    const room = this.#memory.i32(length)
    if (room < 0) return 'EINVAL'
    if (!this.#memory.contains(value, Math.min(room, this.#size(level, name)))) return 'EFAULT'
    const image = this.#read(socket, level, name, room)
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
    if (this.#queries.isCongestion(level, name) && isTcp(socket)) {
      const text = this.#memory.contains(value, length)
        ? this.#memory.view(value, Math.min(length, NAME_MAX))
        : undefined
      return text === undefined ? 'EFAULT' : this.#queries.setCongestion(text)
    }
    const option = this.#option(socket, level, name)
    if (option === undefined || READ_ONLY.includes(option)) return this.#unknown(socket, level, false)
    // At this level Linux accepts a single byte as the value, like other systems do.
    if (level === this.#abi.constants.IPPROTO_IP && length > 0 && length < INT) {
      return this.#memory.contains(value, length) ? socket.setOption(option, this.#memory.u8(value)) : 'EFAULT'
    }
    // A larger structure would hold the address at another offset.
    if (option === 'multicastInterface' && length !== INT) return 'EINVAL'
    const size = this.#sizeOf(option)
    if (length < size) return 'EINVAL'
    if (!this.#memory.contains(value, length)) return 'EFAULT'
    if (option === 'receiveTimeout' || option === 'sendTimeout') return this.#setTimeout(socket, option, value, length)
    if (option !== 'linger') return socket.setOption(option, this.#memory.i32(value))
    const { l_onoff, l_linger } = this.#abi.layout.linger
    const on = this.#memory.i32(value + l_onoff) !== 0
    return socket.setOption('linger', on ? this.#memory.u32(value + l_linger) : -1)
  }

  /** Reads a `struct timeval`: of two `long`s, or of 64-bit numbers with a newer C library. */
  #setTimeout(socket: Descriptor, option: OptionName, at: number, length: number): Result {
    const wide = length >= TIMEVAL_WIDE
    const [low, high] = [this.#memory.u32(at), wide ? this.#memory.i32(at + INT) : this.#memory.i32(at) >> 31]
    const seconds = high * 2 ** 32 + low
    const micros = this.#memory.i32(at + (wide ? 2 * INT : INT))
    if (micros < 0 || micros >= 1e6) return 'EDOM'
    // A negative time does not wait, which is the shortest there is; 0 waits for ever.
    if (seconds < 0) return socket.setOption(option, 1)
    const ms = seconds * 1000 + Math.ceil(micros / 1000)
    return socket.setOption(option, ms > TIMEOUT_MAX ? 0 : ms)
  }

  /** The least size of an option's value. */
  #sizeOf(option: OptionName | undefined): number {
    if (option === 'linger') return this.#abi.layout.linger.size
    return option === 'receiveTimeout' || option === 'sendTimeout' ? TIMEVAL : INT
  }

  /** The most bytes that `getsockopt()` stores. */
  #size(level: number, name: number): number {
    return Math.max(TIMEVAL_WIDE, this.#queries.sizeOf(level, name))
  }

  /** The error for an option that the socket does not have. @param reads - `getsockopt()`, which says more */
  #unknown(socket: Descriptor, level: number, reads: boolean): ErrnoName {
    const { IPPROTO_IP, IPPROTO_TCP, IPPROTO_UDP, SOL_SOCKET } = this.#abi.constants
    if (socket.domain === 'unix') return level === SOL_SOCKET ? 'ENOPROTOOPT' : 'EOPNOTSUPP'
    // Linux tells unknown levels from unknown options when it reads those of IPv4.
    const levels = [SOL_SOCKET, IPPROTO_IP, socket.type === 'stream' ? IPPROTO_TCP : IPPROTO_UDP]
    return reads && socket.domain === 'ipv4' && !levels.includes(level) ? 'EOPNOTSUPP' : 'ENOPROTOOPT'
  }

  #option(socket: Descriptor, level: number, name: number): OptionName | undefined {
    const option = this.#names.get(level)?.get(name)
    return option !== undefined && this.#isOwn(socket, level, option) ? option : undefined
  }

  /**
   * Whether the level applies to the socket. An IPv6 socket has options of the IPv4 level too, but those that have
   * an effect would have to be applied to its IPv4 part alone, which no host can do.
   */
  #isOwn(socket: Descriptor, level: number, option?: OptionName): boolean {
    const { IPPROTO_IP, IPPROTO_IPV6, SOL_SOCKET } = this.#abi.constants
    if (level === SOL_SOCKET) return true
    if (socket.domain === 'unix') return false
    if (level === IPPROTO_IPV6) return socket.domain === 'ipv6'
    if (level !== IPPROTO_IP) return socket.type === 'stream'
    return socket.domain === 'ipv4' || (option !== undefined && isStored(option))
  }

  /** The bytes of an option's value. @param room - how many the caller has room for */
  #read(socket: Descriptor, level: number, name: number, room: number): Uint8Array | ErrnoName {
    const fixed = this.#fixed(socket, level, name)
    if (fixed !== undefined) return bytes([[0, fixed]], INT)
    const queried = isTcp(socket) ? this.#queries.answer(socket, level, name) : undefined
    if (queried !== undefined) return queried
    const option = this.#option(socket, level, name)
    if (option === undefined) return this.#unknown(socket, level, true)
    const result = socket.getOption(option)
    // The name of an error is the value here, not a failure.
    if (option === 'error')
      return bytes([[0, typeof result === 'string' ? errnoNumber(this.#abi, result) : result]], INT)
    if (typeof result === 'string') return result
    if (option === 'receiveTimeout' || option === 'sendTimeout') return timeval(result, room >= TIMEVAL_WIDE)
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
    const { AF_INET, AF_INET6, AF_UNIX, IPPROTO_TCP, IPPROTO_UDP, SOCK_DGRAM, SOCK_SEQPACKET, SOCK_STREAM } =
      this.#abi.constants
    const { SOL_SOCKET, SO_DOMAIN, SO_PROTOCOL, SO_TYPE } = this.#abi.constants
    if (level !== SOL_SOCKET) return undefined
    const stream = socket.type === 'stream'
    const types = { stream: SOCK_STREAM, datagram: SOCK_DGRAM, packets: SOCK_SEQPACKET }
    if (name === SO_TYPE) return types[socket.type]
    if (name === SO_DOMAIN) return socket.domain === 'ipv4' ? AF_INET : socket.domain === 'ipv6' ? AF_INET6 : AF_UNIX
    if (name === SO_PROTOCOL) return socket.domain === 'unix' ? 0 : stream ? IPPROTO_TCP : IPPROTO_UDP
    return undefined
  }
}

/** The sizes of a `struct timeval`, with 32-bit and with 64-bit numbers. */
const TIMEVAL = 8
const TIMEVAL_WIDE = 16

/** The longest timeout that is kept, in milliseconds; a longer one never ends. */
const TIMEOUT_MAX = 0x7fff_ffff

/** The longest name that an option can have. */
const NAME_MAX = 64

const READ_ONLY: readonly OptionName[] = ['error', 'acceptsConnections', 'maxSegment', 'mtu']

function timeval(ms: number, wide: boolean): Uint8Array {
  const [seconds, micros] = [Math.floor(ms / 1000), (ms % 1000) * 1000]
  return bytes(
    [
      [0, seconds],
      [wide ? 2 * INT : INT, micros],
    ],
    wide ? TIMEVAL_WIDE : TIMEVAL,
  )
}

function isTcp(socket: Descriptor): socket is TcpSocket {
  return socket instanceof TcpSocket
}

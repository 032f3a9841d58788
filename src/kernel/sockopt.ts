/** `getsockopt()` and `setsockopt()`: C's levels, numbers and structures to and from our option names. */
import type { Description } from '../abi/description.js'
import type { Memory } from '../abi/memory.js'
import type { Descriptor, OptionName, Result } from './descriptor.js'

/** The size of an `int`. */
const INT = 4

/** Reads and writes option values in one module's memory. */
export class OptionCodec {
  readonly #abi: Description
  readonly #memory: Memory
  readonly #names: ReadonlyMap<number, OptionName>

  /**
   * @param abi - the module's option numbers
   * @param memory - the module's memory
   */
  constructor(abi: Description, memory: Memory) {
    this.#abi = abi
    this.#memory = memory
    const c = abi.constants
    this.#names = new Map<number, OptionName>([
      [key(c.SOL_SOCKET, c.SO_ERROR), 'error'],
      [key(c.SOL_SOCKET, c.SO_ACCEPTCONN), 'acceptsConnections'],
      [key(c.SOL_SOCKET, c.SO_REUSEADDR), 'reuseAddress'],
      [key(c.SOL_SOCKET, c.SO_REUSEPORT), 'reusePort'],
      [key(c.SOL_SOCKET, c.SO_KEEPALIVE), 'keepAlive'],
      [key(c.SOL_SOCKET, c.SO_LINGER), 'linger'],
      [key(c.SOL_SOCKET, c.SO_SNDBUF), 'sendBuffer'],
      [key(c.SOL_SOCKET, c.SO_RCVBUF), 'receiveBuffer'],
      [key(c.IPPROTO_TCP, c.TCP_NODELAY), 'noDelay'],
      [key(c.IPPROTO_TCP, c.TCP_KEEPIDLE), 'keepIdle'],
      [key(c.IPPROTO_TCP, c.TCP_KEEPINTVL), 'keepInterval'],
      [key(c.IPPROTO_TCP, c.TCP_KEEPCNT), 'keepCount'],
      [key(c.IPPROTO_IPV6, c.IPV6_V6ONLY), 'ipv6Only'],
    ])
  }

  /** Answers `getsockopt()`. */
  get(socket: Descriptor, level: number, name: number, value: number, length: number): Result {
    const fixed = this.#fixed(socket, level, name)
    if (fixed !== undefined) return this.#store(fixed, value, length)
    const option = this.#names.get(key(level, name))
    if (option === undefined) return 'ENOPROTOOPT'
    const result = socket.getOption(option)
    // The name of an error is the answer here, not a failure.
    if (typeof result === 'string' && option !== 'error') return result
    if (option === 'linger') return this.#storeLinger(Number(result), value, length)
    return this.#store(typeof result === 'string' ? this.#abi.errno[result] : result, value, length)
  }

  /** Answers `setsockopt()`. */
  set(socket: Descriptor, level: number, name: number, value: number, length: number): Result {
    const option = this.#names.get(key(level, name))
    if (option === undefined || option === 'error' || option === 'acceptsConnections') return 'ENOPROTOOPT'
    if (option !== 'linger') return length < INT ? 'EINVAL' : socket.setOption(option, this.#memory.i32(value))
    const { size, l_onoff, l_linger } = this.#abi.layout.linger
    if (length < size) return 'EINVAL'
    const on = this.#memory.i32(value + l_onoff) !== 0
    return socket.setOption('linger', on ? this.#memory.i32(value + l_linger) : -1)
  }

  /** What a socket is, which no option changes. */
  #fixed(socket: Descriptor, level: number, name: number): number | undefined {
    const { AF_INET, AF_INET6, AF_UNIX, IPPROTO_TCP, SOCK_STREAM, SOL_SOCKET } = this.#abi.constants
    const { SO_DOMAIN, SO_PROTOCOL, SO_TYPE } = this.#abi.constants
    if (level !== SOL_SOCKET) return undefined
    if (name === SO_TYPE) return SOCK_STREAM
    if (name === SO_DOMAIN) return socket.domain === 'ipv4' ? AF_INET : socket.domain === 'ipv6' ? AF_INET6 : AF_UNIX
    if (name === SO_PROTOCOL) return socket.domain === 'unix' ? 0 : IPPROTO_TCP
    return undefined
  }

  #store(result: number, value: number, length: number): Result {
    if (this.#memory.u32(length) < INT) return 'EINVAL'
    this.#memory.setI32(value, result)
    this.#memory.setU32(length, INT)
    return 0
  }

  #storeLinger(seconds: number, value: number, length: number): Result {
    const { size, l_onoff, l_linger } = this.#abi.layout.linger
    if (this.#memory.u32(length) < size) return 'EINVAL'
    this.#memory.setI32(value + l_onoff, seconds < 0 ? 0 : 1)
    this.#memory.setI32(value + l_linger, Math.max(0, seconds))
    this.#memory.setU32(length, size)
    return 0
  }
}

/** One number for a level and an option's number; both are small. */
function key(level: number, name: number): number {
  return level * 65_536 + name
}

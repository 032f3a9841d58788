/** What `getsockopt()` tells about a TCP connection in more than a number: `TCP_INFO` and `TCP_CONGESTION`. */
import type { Description } from '../../abi/description.js'
import type { Result } from '../descriptor.js'
import type { TcpSocket } from '../sockets/tcp-socket.js'

/** The length of a name of an algorithm (`TCP_CA_NAME_MAX` of Linux), with its terminator. */
const CONGESTION_NAME = 16

/** The algorithm that a socket has unless an administrator changed it. */
const CONGESTION = 'cubic'

/** The number of segments that a connection may send at first (RFC 6928). */
const INITIAL_WINDOW = 10

/** Answers for one module. */
export class QueryCodec {
  readonly #abi: Description

  /** @param abi - the module's numbers and layouts */
  constructor(abi: Description) {
    this.#abi = abi
  }

  /** The most bytes that an answer has; 0 for other options. */
  sizeOf(level: number, name: number): number {
    if (this.isCongestion(level, name)) return CONGESTION_NAME
    return this.#isInfo(level, name) ? this.#abi.layout.tcp_info.size : 0
  }

  /** Whether the option is `TCP_CONGESTION`. */
  isCongestion(level: number, name: number): boolean {
    return level === this.#abi.constants.IPPROTO_TCP && name === this.#abi.constants.TCP_CONGESTION
  }

  /** Sets the algorithm: the host's, whatever its name is, can only be kept. @returns 0, ENOENT */
  setCongestion(text: Uint8Array): Result {
    const end = text.indexOf(0)
    if (text.length === 0) return 'EINVAL'
    const name = String.fromCharCode(...(end < 0 ? text : text.subarray(0, end)).subarray(0, CONGESTION_NAME - 1))
    return name === CONGESTION ? 0 : 'ENOENT'
  }

  /** The bytes of an answer; `undefined` for other options. */
  answer(socket: TcpSocket, level: number, name: number): Uint8Array | undefined {
    if (this.isCongestion(level, name)) {
      const image = new Uint8Array(CONGESTION_NAME)
      for (const [index, letter] of [...CONGESTION].entries()) image[index] = letter.charCodeAt(0)
      return image
    }
    return this.#isInfo(level, name) ? this.#info(socket) : undefined
  }

  #isInfo(level: number, name: number): boolean {
    return level === this.#abi.constants.IPPROTO_TCP && name === this.#abi.constants.TCP_INFO
  }

  /** A `struct tcp_info`: the state, and sizes. What only the host's kernel counts is 0. */
  #info(socket: TcpSocket): Uint8Array {
    const { size, tcpi_state, tcpi_snd_mss, tcpi_rcv_mss, tcpi_pmtu, tcpi_snd_cwnd, tcpi_advmss } =
      this.#abi.layout.tcp_info
    const number = (result: Result): number => (typeof result === 'number' ? result : 0)
    const segment = number(socket.getOption('maxSegment'))
    const image = bytes(
      [
        [tcpi_snd_mss, segment],
        [tcpi_rcv_mss, segment],
        [tcpi_advmss, segment],
        [tcpi_pmtu, number(socket.getOption('mtu'))],
        [tcpi_snd_cwnd, INITIAL_WINDOW],
      ],
      size,
    )
    image[tcpi_state] = this.#state(socket)
    return image
  }

  #state({ state, ended }: TcpSocket): number {
    const c = this.#abi.constants
    if (state === 'listening') return c.TCP_LISTEN
    if (state === 'connecting') return c.TCP_SYN_SENT
    if (state !== 'connected' || (ended?.receive && ended.send)) return c.TCP_CLOSE
    if (ended?.receive) return c.TCP_CLOSE_WAIT
    return ended?.send ? c.TCP_FIN_WAIT2 : c.TCP_ESTABLISHED
  }
}

/** An image of a C structure: `int`s at their offsets. */
export function bytes(ints: readonly (readonly [at: number, value: number])[], size: number): Uint8Array {
  const image = new Uint8Array(size)
  const fields = new DataView(image.buffer)
  for (const [at, value] of ints) fields.setInt32(at, value, true)
  return image
}

import { BufferList } from '../../abi/iovec.js'
import type { Memory } from '../../abi/memory.js'
import { concat, totalLength } from '../../base/bytes.js'
import type { Result } from '../descriptor.js'
import type { PayloadBridge } from '../payload-bridge.js'
import type { DatagramSocket } from '../sockets/datagram-socket.js'
import type { SyscallContext } from './context.js'
import type { SockaddrCodec } from './sockaddr.js'

/** The upper limit for any message; the host decides on the actual limit. */
const MESSAGE_MAX = 65_535

/**
 * `sendto()` and `recvfrom()`: messages between a UDP socket and a guest's buffers, or without a copy in the module's
 * memory (`UVH_PAYLOAD`).
 */
export class Messages {
  readonly #payloads: PayloadBridge | undefined
  readonly #memory: Memory
  /** The buffers of the current call. */
  readonly #list: BufferList
  readonly #addresses: SockaddrCodec
  readonly #payload: number

  /** @param addresses - reads and writes socket addresses */
  constructor({ payloads, abi, memory }: SyscallContext, addresses: SockaddrCodec) {
    this.#payloads = payloads
    this.#memory = memory
    this.#payload = abi.constants.UVH_PAYLOAD
    this.#list = new BufferList(abi.layout.iovec, payloads && this.#payload)
    this.#addresses = addresses
  }

  /**
   * Sends the buffers' bytes as one message.
   *
   * @param more - the message goes on with the next call
   * @param addr - 0 for the peer
   */
  send(socket: DatagramSocket, bufs: number, nbufs: number, more: boolean, addr: number, len: number): Result {
    const length = this.#list.read(this.#memory, bufs, nbufs)
    if (typeof length === 'string') return length
    const to = addr === 0 ? undefined : this.#addresses.read(addr, len)
    if (typeof to === 'string') return to
    // Checked before the bytes are gathered: the buffers may refer to the same bytes a thousand times.
    if (length > MESSAGE_MAX) return 'EMSGSIZE'
    const bytes = this.#bytes(length)
    if (bytes === undefined) return 'EFAULT'
    const result = socket.send(bytes, to, more)
    return result === 0 ? length : result
  }

  /**
   * Receives a message into the buffers, as much of it as fits.
   *
   * @param addr - where the sender's address is stored; 0 to discard it
   * @returns the full length of the message
   */
  receive(socket: DatagramSocket, bufs: number, nbufs: number, peek: boolean, addr: number, len: number): Result {
    const room = this.#list.read(this.#memory, bufs, nbufs)
    if (typeof room === 'string') return room
    // Checked before a message is taken from the queue, since it would be lost if the pointer is wrong.
    const space = addr === 0 ? 0 : this.#addresses.space(addr, len)
    if (typeof space === 'string') return space
    const message = socket.receive(peek)
    if (message === undefined) return 0
    if (typeof message === 'string') return message
    const { bytes, from } = message
    if (this.#list.beyond)
      this.#payloads?.deliver(
        bytes.length > room ? bytes.subarray(0, room) : bytes,
        from.family === 'unix' ? undefined : from,
      )
    else this.#list.scatter(bytes)
    if (addr !== 0) {
      // Like on Linux, a sender without a name has no address at all.
      if (from.family === 'unix' && from.path === '') this.#memory.setI32(len, 0)
      else this.#addresses.put(from, addr, len, space)
    }
    return bytes.length
  }

  /** Receives a message like `readv()`. @returns how many bytes fit into the buffers; the others are lost */
  read(socket: DatagramSocket, bufs: number, nbufs: number, peek: boolean): Result {
    const length = this.receive(socket, bufs, nbufs, peek, 0, 0)
    return typeof length === 'number' ? Math.min(length, this.#list.total) : length
  }

  /** The message in a buffer that belongs to it; `undefined` if there is no such payload. */
  #bytes(length: number): Uint8Array | undefined {
    if (!this.#list.beyond) {
      const bytes = new Uint8Array(length)
      this.#list.gather(bytes)
      return bytes
    }
    const chunks = this.#payloads?.find(this.#list.base(0) - this.#payload)?.chunks
    return chunks === undefined || totalLength(chunks) !== length ? undefined : concat(chunks)
  }
}

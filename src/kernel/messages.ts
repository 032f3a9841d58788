/** `sendto()` and `recvfrom()`: messages between a UDP socket and the buffers of a guest, or past its memory (`UVH_PAYLOAD`). */
import type { Description } from '../abi/description.js'
import type { Result } from './descriptor.js'
import type { Kernel } from './kernel.js'
import { concat, totalLength } from './outbox.js'
import type { SockaddrCodec } from './sockaddr.js'
import type { Transfer } from './transfer.js'
import type { UdpSocket } from './udp-socket.js'

/** See the top of the file. */
export class Messages {
  readonly #kernel: Kernel
  readonly #transfer: Transfer
  readonly #addresses: SockaddrCodec
  readonly #payload: number

  /**
   * @param kernel - keeps what was received and did not go to memory
   * @param abi - the module's numbers
   * @param transfer - knows buffers
   * @param addresses - reads and writes them
   */
  constructor(kernel: Kernel, abi: Description, transfer: Transfer, addresses: SockaddrCodec) {
    this.#kernel = kernel
    this.#transfer = transfer
    this.#addresses = addresses
    this.#payload = abi.constants.UVH_PAYLOAD
  }

  /** Sends the buffers' bytes as one message. @param addr - 0 for the peer */
  send(socket: UdpSocket, bufs: number, nbufs: number, addr: number, len: number): Result {
    const length = this.#transfer.measure(bufs, nbufs)
    if (typeof length === 'string') return length
    const to = addr === 0 ? undefined : this.#addresses.read(addr, len)
    if (typeof to === 'string') return to
    const bytes = this.#bytes(bufs, nbufs, length)
    if (bytes === undefined) return 'EFAULT'
    const result = socket.send(bytes, to)
    return result === 0 ? length : result
  }

  /**
   * Receives a message into the buffers, as much of it as fits.
   *
   * @param addr - where the sender's address goes; 0 for nowhere
   * @returns the whole length of the message
   */
  receive(socket: UdpSocket, bufs: number, nbufs: number, peek: boolean, addr: number, len: number): Result {
    const room = this.#transfer.measure(bufs, nbufs)
    if (typeof room === 'string') return room
    // Before anything is taken from the queue, which a wrong pointer would lose.
    const wrong = addr === 0 ? undefined : this.#addresses.check(addr, len)
    if (wrong !== undefined) return wrong
    const message = socket.receive(peek)
    if (message === undefined) return 0
    if (typeof message === 'string') return message
    const { bytes, from } = message
    if (nbufs > 0 && this.#transfer.isPayload(bufs)) {
      this.#kernel.payload = bytes.length > room ? bytes.subarray(0, room) : bytes
      this.#kernel.sender = from
    } else this.#transfer.scatter(bytes, bufs, nbufs)
    if (addr !== 0) this.#addresses.write(from, addr, len)
    return bytes.length
  }

  /** A message in a buffer of its own; `undefined` where there is no such payload. */
  #bytes(bufs: number, nbufs: number, length: number): Uint8Array | undefined {
    if (nbufs === 0) return new Uint8Array(0)
    if (!this.#transfer.isPayload(bufs)) return this.#transfer.gather(bufs, length)
    const chunks = this.#kernel.payloads.get(this.#transfer.base(bufs) - this.#payload)
    return chunks === undefined || totalLength(chunks) !== length ? undefined : concat(chunks)
  }
}

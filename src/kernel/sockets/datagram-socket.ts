import type { SocketAddress } from '../../base/address.js'
import type { ErrnoName } from '../../base/errno.js'
import { Descriptor, type Result, type SocketType } from '../descriptor.js'
import type { Rights } from '../passing.js'

/** A received message. */
export interface ReceivedMessage {
  readonly bytes: Uint8Array
  readonly from: SocketAddress
  /** The descriptors that it carries. */
  rights?: Rights | undefined
}

/** A socket that carries messages. */
export abstract class DatagramSocket extends Descriptor {
  override get type(): SocketType {
    return 'datagram'
  }

  /**
   * Sends one message.
   *
   * @param bytes - belong to the socket once it takes them
   * @param to - `undefined` for the peer
   * @param more - the message goes on with the next call, which need not tell the destination again (`MSG_MORE`)
   * @returns 0, or an error; EAGAIN when there is no room
   */
  abstract send(bytes: Uint8Array, to: SocketAddress | undefined, more?: boolean): Result
  /** The next message. @returns `undefined` at the end of the stream, which only `shutdown()` causes */
  abstract receive(peek: boolean): ReceivedMessage | undefined | ErrnoName

  override listen(_backlog: number): Result {
    return 'EOPNOTSUPP'
  }

  override accept(): Descriptor | ErrnoName {
    return 'EOPNOTSUPP'
  }
}

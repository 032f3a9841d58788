/**
 * The flags of `recv()`, `send()` and their kin. Like Linux, the calls ignore flags that are unknown or have nothing to
 * do (`MSG_NOSIGNAL`, `MSG_CONFIRM`, `MSG_EOR`, ...). `MSG_WAITALL` is for the C side, which waits.
 */
import type { Description } from '../../abi/description.js'
import type { ErrnoName } from '../../base/errno.js'
import type { Descriptor } from '../descriptor.js'

/** Judges flags by the numbers of one module. */
export class MessageFlags {
  readonly #c: Description['constants']

  /** @param abi - the module's numbers */
  constructor({ constants }: Description) {
    this.#c = constants
  }

  /** The answer to receiving with these flags, unless that goes on. */
  refusesReceive(socket: Descriptor, flags: number): ErrnoName | undefined {
    const { MSG_ERRQUEUE, MSG_OOB } = this.#c
    if ((flags & (MSG_ERRQUEUE | MSG_OOB)) === 0) return undefined
    // The queue of errors is always empty, since IP_RECVERR is refused; and there is never urgent data.
    if ((flags & MSG_ERRQUEUE) !== 0 && socket.domain !== 'unix') return 'EAGAIN'
    if ((flags & MSG_OOB) === 0) return undefined
    if (socket.domain === 'unix') return 'EOPNOTSUPP'
    return socket.type === 'stream' ? 'EINVAL' : undefined
  }

  /**
   * The error for sending with these flags: they would send urgent data, begin a connection, or choose the way of a
   * message.
   */
  refusesSend(socket: Descriptor, flags: number): ErrnoName | undefined {
    const { MSG_DONTROUTE, MSG_FASTOPEN, MSG_OOB, MSG_PROXY } = this.#c
    const refused = socket.type === 'stream' ? MSG_OOB | MSG_FASTOPEN : MSG_OOB | MSG_DONTROUTE | MSG_PROXY
    return (flags & refused) === 0 ? undefined : 'EOPNOTSUPP'
  }

  /** Whether the call leaves what it receives. */
  peeks(flags: number): boolean {
    return (flags & this.#c.MSG_PEEK) !== 0
  }

  /** Whether a TCP socket drops the bytes instead of storing them. */
  discards(socket: Descriptor, flags: number): boolean {
    return (flags & this.#c.MSG_TRUNC) !== 0 && socket.domain !== 'unix' && socket.type === 'stream'
  }

  /** Whether the caller would wait for more than there is. */
  waits(descriptor: Descriptor, flags: number): boolean {
    return !descriptor.nonBlocking && (flags & this.#c.MSG_DONTWAIT) === 0
  }

  /** Whether a datagram is only the beginning of one. */
  continues(flags: number): boolean {
    return (flags & this.#c.MSG_MORE) !== 0
  }
}

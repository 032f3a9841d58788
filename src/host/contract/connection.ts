/** The part of the host's contract that is about streams: connections, listeners, and sockets that are bound and not used yet. */
import type { Address, SocketAddress } from '../../base/address.js'
import type { ErrnoName } from '../../base/errno.js'
import { HostError } from './error.js'

/** What a connection tells the kernel. Set once, by the kernel, before anything is told. */
export interface ConnectionEvents {
  /** An outgoing connection stands. Its `local` and `remote` are final. */
  onConnect(): void
  /**
   * Bytes came. `chunk` and all the memory under it are the receiver's alone from then on, to change or to transfer. Only
   * between `readStart()` and `readStop()`.
   */
  onData(chunk: Uint8Array): void
  /** The peer sent its last byte (FIN). After all data; only while reading. */
  onEnd(): void
  /**
   * `pending` is 0, and the outside may have room: all that was handed to `write()` has been taken, or it was too early for
   * the last `tryWrite()` to take all.
   */
  onDrain(): void
  /** The connection failed (`ECONNREFUSED`, `ECONNRESET`, `ETIMEDOUT`, ...) and is gone. Nothing follows. */
  onError(code: ErrnoName): void
}

/** What a listener tells the kernel. */
export interface ListenerEvents<At extends SocketAddress = Address> {
  /**
   * A peer connected. The connection is not read from until `readStart()`; its `events` are set during this call.
   */
  onConnection(connection: HostConnection<At>): void
  /** Accepting failed (`EMFILE`, ...). The listener goes on. */
  onError(code: ErrnoName): void
}

/** One connection, outgoing or accepted, of TCP unless said otherwise. Accepted and fresh ones are not reading. */
export abstract class HostConnection<At extends SocketAddress = Address> {
  /** Whom to tell. */
  events: ConnectionEvents | undefined

  /**
   * The local address, final from the moment the connection object exists. A host that cannot know it before `onConnect` has
   * the unspecified address until then.
   */
  abstract readonly local: At
  /**
   * The peer's address. For an outgoing connection the one asked for; from `onConnect` on the one reached, which is another
   * for `0.0.0.0` and `::` (they mean the loopback address).
   */
  abstract readonly remote: At
  /** Bytes that were handed to `write()` and not yet taken by the outside. 0 or more. */
  abstract readonly pending: number

  /**
   * Hands bytes over, in order. Legal between `onConnect` (or acceptance) and `shutdown()`. The outside reads them from the
   * caller's own buffer, and no longer than until they are all taken, the connection fails, or it is closed or reset.
   *
   * @returns `true` when the outside has them all: the buffer is the caller's again. `false` when some are pending: the buffer
   *   must stay as it is until `onDrain`, `onError`, `close()` or `reset()`.
   * @throws {HostError} ECONNRESET, EPIPE where it is known at once that the connection failed. Nothing was taken, and no
   *   `onError` follows: what the peer had sent is told, then `onEnd`. From then on it throws EPIPE, and `shutdown()` ENOTCONN.
   */
  abstract write(data: Uint8Array): boolean

  /** Like {@link HostConnection.write} for several buffers, in order. A host with a gathering write overrides it. */
  writev(list: readonly Uint8Array[]): boolean {
    for (const data of list) this.write(data)
    return this.pending === 0
  }

  /**
   * Whether {@link HostConnection.tryWrite} ever takes anything: false where the platform says only later what it took. Known
   * once the connection stands.
   */
  get writesAtOnce(): boolean {
    return false
  }

  /**
   * Sends what the outside takes at this moment, as `send()` of POSIX does on a socket that does not block. The bytes stay the
   * caller's, and are not read after this call. To be called while nothing is pending.
   *
   * @returns how many the outside has taken, from the front, at least 0. Where it is not all of them, `onDrain` says when
   *   another try is worth it: there may be room then
   * @throws {HostError} what {@link HostConnection.write} throws
   */
  tryWrite(_data: Uint8Array): number {
    return 0
  }

  /** Sends FIN after all that was written. The other direction stays open. @throws {HostError} ENOTCONN, see `write()` */
  abstract shutdown(): void
  /**
   * Gives back the memory of a chunk that `onData` delivered, the very array: bytes to come are read into it. A host that has
   * use for it overrides this. It takes the memory away from the array, which has no bytes from then on; it ignores what it
   * did not deliver, has back already, or finds without its memory.
   *
   * @param sole - the caller has passed the array, and the memory under it, to nothing else: there is nothing to take away
   */
  recycle(_chunk: Uint8Array, _sole = false): void {}

  /**
   * Lends the operating system's descriptor under a connection that stands, to a caller in another thread that reads and
   * writes there, past this connection: while it does not read, and has nothing pending. From then on the descriptor stays
   * open until `close()` or `reset()`, which are due after `onError` too.
   *
   * @returns `undefined` where there is none
   */
  exposeDescriptor(): number | undefined {
    return undefined
  }

  /** Lets `onData` and `onEnd` come. Harmless when they may come already. */
  abstract readStart(): void
  /** Stops `onData` and `onEnd`, so that the peer is held back once the platform's buffers are full. Harmless twice. */
  abstract readStop(): void
  /**
   * Lets go of the connection at once. What the outside has taken still arrives, then FIN; what was pending is not sent, and
   * its buffers are not read any more. No event follows. Bytes that have arrived and were not delivered make it a RST instead,
   * since the peer must not believe that they were read (RFC 2525, section 2.17).
   */
  abstract close(): void

  /** Ends the connection with RST; pending bytes are dropped. No event follows. */
  reset(): void {
    throw new HostError('ENOTSUP', 'this host cannot reset a connection')
  }

  /** Turns Nagle's algorithm off or on (`TCP_NODELAY`, RFC 9293). */
  setNoDelay(_enable: boolean): void {
    throw new HostError('ENOPROTOOPT', 'this host has no TCP_NODELAY')
  }

  /**
   * Turns keep-alive probes on or off (`SO_KEEPALIVE`).
   *
   * @param _idle - seconds of silence before the first probe, at least 1
   */
  setKeepAlive(_enable: boolean, _idle: number): void {
    throw new HostError('ENOPROTOOPT', 'this host has no SO_KEEPALIVE')
  }
}

/** A port that accepts connections. */
export abstract class HostListener<At extends SocketAddress = Address> {
  /** The address it listens on, with its real port. */
  abstract readonly local: At
  /** Stops accepting, and gives the port back; see {@link HostListener.freed}. Accepted connections live on. */
  abstract close(): void
  /**
   * To be asked after `close()`: resolves once the port is free, and never rejects. `undefined` where it was free when `close()`
   * returned.
   */
  get freed(): PromiseLike<void> | undefined {
    return undefined
  }
}

/** A local address that was taken and is not used yet. It is consumed by `listen` or `connect`. */
export abstract class HostBoundSocket<At extends SocketAddress = Address> {
  /** The address taken, with its real port. */
  abstract readonly local: At
  /** Gives the address back. */
  abstract close(): void

  /**
   * @param _backlog - how many connections may wait to be accepted, at least 1
   * @throws {HostError} EADDRINUSE when another socket listens there, EACCES
   */
  listen(_backlog: number, _events: ListenerEvents<At>): HostListener<At> {
    throw new HostError('EOPNOTSUPP', 'this host cannot listen')
  }

  /**
   * Connects from this address.
   *
   * @throws {HostError} what {@link Host.connect} throws
   */
  connect(_remote: At, _events: ConnectionEvents): HostConnection<At> {
    throw new HostError('EOPNOTSUPP', 'this host cannot connect from a bound address')
  }
}

/** What every descriptor can be asked. What only sockets do, others answer with ENOTSOCK. */
import type { SocketAddress } from '../base/address.js'
import type { ErrnoName } from '../base/errno.js'
import type { Membership } from '../host/contract/datagram.js'
import type { Payload } from './payload.js'
import type { Pollable } from './readiness.js'

/** The outcome of a system call: a number of 0 or more, or an error's name. */
export type Result = number | ErrnoName

/** The domains a socket of ours can have. */
export type Domain = 'ipv4' | 'ipv6' | 'unix'

/** The socket options we know, by what they mean; times are seconds, sizes bytes, switches 0 or 1. */
export type OptionName =
  | 'error'
  | 'acceptsConnections'
  | 'reuseAddress'
  | 'reusePort'
  | 'keepAlive'
  | 'keepIdle'
  | 'keepInterval'
  | 'keepCount'
  | 'linger'
  | 'sendBuffer'
  | 'receiveBuffer'
  | 'noDelay'
  | 'ipv6Only'
  | 'broadcast'
  | 'ttl'
  | 'multicastTtl'
  | 'multicastLoop'
  | 'multicastInterface'

/** An open descriptor. */
export abstract class Descriptor implements Pollable {
  /** Its number; -1 while it has none. */
  fd = -1
  interest = 0
  listed = false
  /** Whether `O_NONBLOCK` is set. The kernel never waits either way; the C side does, where it must. */
  nonBlocking = false
  /** What it carries. */
  readonly type: 'stream' | 'datagram' = 'stream'
  /** Its domain, when it is a socket. */
  readonly domain: Domain | undefined
  /** Whether bytes can be read from it and written to it. */
  readonly access: 'read' | 'write' | 'both'

  /** @param domain - `undefined` for a pipe */
  protected constructor(domain: Domain | undefined, access: 'read' | 'write' | 'both') {
    this.domain = domain
    this.access = access
  }

  /** What it is ready for, as `poll()` of Linux has it: `asked` at least, which are bits of {@link Poll}. */
  abstract readiness(asked: number): number
  /** Lets go of everything; called once. */
  abstract close(): void

  /** Takes back what `takePayload()` gave, for reads to come. What is not its own, or back already, is no matter. */
  recycle(_chunk: Uint8Array): void {}

  /** Lets bytes come: an accepted connection has got its number. */
  start(): void {}

  /** Gives a local address. */
  bind(_address: SocketAddress): Result {
    return 'ENOTSOCK'
  }

  /** Accepts connections from now on. */
  listen(_backlog: number): Result {
    return 'ENOTSOCK'
  }

  /**
   * Lets a listener's port go before the descriptor is closed, for a caller that waits until the port is free.
   *
   * @returns resolves then; `undefined` where it is free already, or nothing listens
   */
  stopListening(): PromiseLike<void> | undefined {
    return undefined
  }

  /** Takes the oldest waiting connection. */
  accept(): Descriptor | ErrnoName {
    return 'ENOTSOCK'
  }

  /** Connects: EINPROGRESS where the answer comes later. */
  connect(_address: SocketAddress): Result {
    return 'ENOTSOCK'
  }

  /** Ends one direction or both. */
  shutdown(_receive: boolean, _send: boolean): Result {
    return 'ENOTSOCK'
  }

  /** Takes back what `connect()` said. */
  disconnect(): Result {
    return 'EAFNOSUPPORT'
  }

  /** The local address, which means none while there is none. */
  localAddress(): SocketAddress | ErrnoName {
    return 'ENOTSOCK'
  }

  /** The address of the peer it was accepted from, whatever became of it. */
  origin(): SocketAddress | undefined {
    return undefined
  }

  /** The peer's address. */
  peerAddress(): SocketAddress | ErrnoName {
    return 'ENOTSOCK'
  }

  /** Reads an option. */
  getOption(_name: OptionName): Result {
    return 'ENOTSOCK'
  }

  /** Sets an option. */
  setOption(_name: OptionName, _value: number): Result {
    return 'ENOTSOCK'
  }

  /** Joins a group or leaves it. */
  setMembership(_membership: Membership, _join: boolean): Result {
    return 'ENOPROTOOPT'
  }
}

/** A descriptor that carries a stream of bytes. */
export abstract class ByteDescriptor extends Descriptor {
  /** How many bytes wait to be taken: 0 is the end of the stream. An error is told once, and is over then. */
  abstract arrived(): Result
  /** Moves bytes that arrived to `heap`, or copies them there for a `peek`; returns how many. */
  abstract take(heap: Uint8Array, address: number, length: number, peek: boolean): number
  /** Takes bytes that arrived without a copy: one chunk of them, at most `max` bytes. */
  abstract takePayload(max: number): Uint8Array

  /**
   * Sends what there is room for of bytes that stay the caller's: they are not looked at after this call.
   *
   * @returns how many were taken, from the front; EAGAIN for none
   */
  abstract write(bytes: Uint8Array): Result
  /**
   * Sends the next `length` bytes of a payload, at most as many as it has left.
   *
   * @returns how many the outside has taken; EAGAIN for none, or while a request's bytes are under way; EFAULT where a buffer has
   *   lost some
   */
  abstract sendPayload(payload: Payload, length: number): Result
}

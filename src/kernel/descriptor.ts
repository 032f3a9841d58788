/**
 * What a descriptor refers to: POSIX's open file description. Those that are not sockets answer the socket operations
 * with ENOTSOCK.
 */
import type { SocketAddress } from '../base/address.js'
import type { ErrnoName } from '../base/errno.js'
import type { Membership } from '../host/contract/datagram.js'
import type { HostTerminal } from '../host/contract/stream.js'
import type { Rights } from './passing.js'
import type { Payload } from './payload.js'
import { Pollable } from './readiness.js'
import type { OptionName } from './sockets/socket-options.js'

export type { OptionName }

/** The result of a system call: a number of 0 or more, or the name of an error. */
export type Result = number | ErrnoName

/** The domains that a socket of this kernel can have. */
export type Domain = 'ipv4' | 'ipv6' | 'unix'

/** The types that a socket of this kernel can have. */
export type SocketType = 'stream' | 'datagram' | 'packets'

/** An open socket, pipe, file or other object. Several numbers may refer to it, after `dup()`. */
export abstract class Descriptor extends Pollable {
  /** The number that it was opened with; -1 while it has none. */
  fd = -1
  /** How many numbers refer to it. */
  references = 0
  /** Whether `O_NONBLOCK` is set. The kernel never waits either way; the C side does, where it must. */
  nonBlocking = false
  /** Whether `O_APPEND` is set, which has a meaning for files only. */
  append = false
  /** Its domain; `undefined` when it is not a socket. */
  readonly domain: Domain | undefined
  /** Whether bytes can be read from it, written to it, or both. */
  readonly access: 'read' | 'write' | 'both'

  /** @param domain - `undefined` when it is not a socket */
  protected constructor(domain: Domain | undefined, access: 'read' | 'write' | 'both') {
    super()
    this.domain = domain
    this.access = access
  }

  /**
   * What it is ready for, like `poll()` on Linux.
   *
   * @param asked - bits of {@link Poll}; the result is exact for at least these
   */
  abstract override readiness(asked: number): number
  /** Releases everything it holds; called once. */
  abstract close(): void

  /**
   * Takes back a chunk that `takePayload()` returned, to reuse it for later reads. A chunk that it does not own, or
   * already has back, is ignored.
   */
  recycle(_chunk: Uint8Array): void {}

  /** Whether it carries a stream of bytes, datagrams, or packets over a connection. */
  get type(): SocketType {
    return 'stream'
  }

  /** Whether `epoll_ctl()` accepts it: a file or a directory is always ready, so it refuses them. */
  get watchable(): boolean {
    return true
  }

  /**
   * Whether it is in no file system, not even as a pipe or a socket is: then it has no type (`fstat()`), and its
   * position is always 0, as Linux has it.
   */
  get anonymous(): boolean {
    return false
  }

  /** What it can do as a terminal, if it is one. */
  get terminal(): HostTerminal | undefined {
    return undefined
  }

  /** Why bytes cannot be read from it or written to it, if it is not a {@link ByteDescriptor}. */
  get bytesRefusal(): ErrnoName {
    return 'EINVAL'
  }

  /**
   * How many bytes wait (`ioctl()`): received ones that the next call could read, or sent ones that have not left.
   *
   * @returns the number; ENOTTY for descriptors without such a number
   */
  queued(_which: 'received' | 'sent'): Result {
    return 'ENOTTY'
  }

  /** Whether its messages can carry descriptors to another socket of this kernel (`SCM_RIGHTS`). */
  get passesRights(): boolean {
    return false
  }

  /** The descriptors in the messages that wait in it. */
  heldRights(): Rights {
    return []
  }

  /** Takes them out of the messages, which keep their bytes. */
  dropRights(): Rights {
    return []
  }

  /** Starts the flow of bytes, once an accepted connection has its number. */
  start(): void {}

  /** Assigns a local address. */
  bind(_address: SocketAddress): Result {
    return 'ENOTSOCK'
  }

  /** Accepts connections from now on. */
  listen(_backlog: number): Result {
    return 'ENOTSOCK'
  }

  /**
   * Releases a listener's port before the descriptor is closed, for a caller that waits until the port is free.
   *
   * @returns a promise that resolves when the port is free; `undefined` if it is free already or nothing is listening
   */
  stopListening(): PromiseLike<void> | undefined {
    return undefined
  }

  /** Takes the oldest waiting connection. */
  accept(): Descriptor | ErrnoName {
    return 'ENOTSOCK'
  }

  /** Connects; returns EINPROGRESS when the outcome comes later. */
  connect(_address: SocketAddress): Result {
    return 'ENOTSOCK'
  }

  /** Ends one direction or both. */
  shutdown(_receive: boolean, _send: boolean): Result {
    return 'ENOTSOCK'
  }

  /** Dissolves the association with the peer, after `connect()` with an address of no family. */
  disconnect(): Result {
    return 'EAFNOSUPPORT'
  }

  /** The local address; the unspecified one while there is none. */
  localAddress(): SocketAddress | ErrnoName {
    return 'ENOTSOCK'
  }

  /** The address of the peer that it was accepted from, even if the connection has failed since. */
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
  /**
   * How many bytes can be taken; 0 is the end of the stream. A pending error is returned once and then cleared.
   *
   * @param wanted - how many the caller has room for; more than 0
   */
  abstract arrived(wanted: number): Result
  /** Moves received bytes to `heap`, or copies them for a `peek`; returns how many. */
  abstract take(heap: Uint8Array, address: number, length: number, peek: boolean): number
  /** Takes received bytes without a copy: one chunk, at most `max` bytes of it. */
  abstract takePayload(max: number): Uint8Array

  /**
   * Sends as many bytes as there is room for. The caller keeps the buffer: it is not accessed after this call.
   *
   * @returns how many were taken, from the front; EAGAIN for none
   */
  abstract write(bytes: Uint8Array): Result
  /**
   * The outcome of a write that answered EINPROGRESS, which only some descriptors do: how many bytes were taken.
   *
   * @param _waits - whether the caller waits for it; if not, it is as good as known
   */
  outcome(_waits: boolean): Result {
    return 0
  }

  /**
   * Sends the next `length` bytes of a payload, at most as many as it has left.
   *
   * @returns how many the host has taken; EAGAIN for none, or while bytes of a request are in flight; EFAULT when a
   *   buffer has become shorter
   */
  abstract sendPayload(payload: Payload, length: number): Result
}

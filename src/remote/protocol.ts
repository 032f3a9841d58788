/**
 * The protocol between the two threads of the worker driver. The guest's thread has the kernel, the parent's has the
 * host: the operations that cross are those of the host's contract, not system calls, so most system calls do not
 * cross at all.
 *
 * A record has a kind, an id (of a connection, a listener, a port, a lookup or a datagram socket; the parent assigns
 * them, except for those of `CONNECT`), a value and a payload. The guest waits only for the reply to a `CALL` and for
 * standard input.
 */
import type { Address, SocketAddress, UnixAddress } from '../base/address.js'
import { ERRNO_NAMES, type ErrnoName } from '../base/errno.js'
import type { DatagramBindOptions, DatagramBuffer, Membership } from '../host/contract/datagram.js'
import type { BindOptions } from '../host/contract/error.js'
import type { KeepAliveProbes } from '../host/contract/keep-alive.js'
import type { LookupFamily } from '../host/contract/lookup.js'

/** The rings of one guest, each named after its direction. */
export interface Wires {
  readonly toParent: SharedArrayBuffer
  readonly toGuest: SharedArrayBuffer
}

/** Records from the guest's thread to the parent's. */
export const ToParent = {
  /** A {@link Call}; answered by one `REPLY`. */
  CALL: 1,
  /**
   * Closes a connection, a listener, a port or a lookup. For a connection, the value is the number of bytes received
   * (modulo 2^32).
   */
  CLOSE: 2,
  /** Bytes for a connection; or a message for a datagram socket, see `datagram-codec.ts`. */
  WRITE: 3,
  SHUTDOWN: 4,
  /** Starts reading. With the value 1, the guest also stops reading directly; see `READ_ON`. */
  READ_START: 5,
  READ_STOP: 6,
  RESET: 7,
  /** The value is 0 or 1. */
  NO_DELAY: 8,
  /** The value is the delay in seconds, 0 to disable the probes; the payload is {@link KeepAliveProbes}, if any. */
  KEEP_ALIVE: 9,
  /**
   * Starts a connection to an {@link Address}, with an id that the guest has chosen; an `ERROR` reports its failure.
   */
  CONNECT: 10,
  /** The guest has been loaded, and starts. */
  READY: 11,
  /** The guest cannot be loaded: a {@link LoadFailure}. No record follows. */
  UNFIT: 12,
  /** Bytes for a standard stream, whose number is the value; answered by one `SENT`. */
  OUTPUT: 13,
  /**
   * The guest wants to read from a standard stream: a {@link streamValue} of how many bytes. Answered by one `INPUT`.
   */
  INPUT: 14,
  /** A line of the trace. */
  TRACE: 15,
  /** The guest called what no guest has; the payload is the name. */
  ABSENT: 19,
  /** The guest has ended; the value is its exit code. No record follows. */
  EXIT: 16,
  /** The guest has trapped: a {@link TrapReport}. No record follows. */
  TRAP: 17,
  /** The guest has closed a standard stream; the value is its number. */
  CLOSE_STREAM: 18,
  /** What the guest does with signals: {@link SignalReport}. */
  SIGNALS: 22,
  /** The guest sets its alarm or another timer: a {@link TimerReport}. */
  TIMER: 20,
  /** The guest's thread has received a signal; the value is its number. */
  SIGNAL_TAKEN: 21,
  /**
   * The use of a limit has become large or small; the id is its place among the limits, the value its level, the
   * payload a {@link LimitReport}.
   */
  LIMIT: 23,
} as const

/** Records from the parent's thread to the guest's. */
export const ToGuest = {
  /** A {@link Reply}. */
  REPLY: 1,
  /** An outgoing connection has been established: a {@link NewConnection}. */
  CONNECT: 2,
  /** Bytes of a connection, or a message. */
  DATA: 3,
  END: 4,
  /**
   * The value is the number of bytes that the host has accepted: since the last such record for a connection, in all
   * (modulo 2^32) for a datagram socket.
   */
  TAKEN: 5,
  /**
   * A connection failed, and is gone; or a listener could not accept, or a message did not arrive. The value is the
   * error, see {@link errnoValue}.
   */
  ERROR: 6,
  /**
   * A write failed: nothing more can be sent. The value is the error. Data that the peer has sent is still delivered.
   */
  BROKEN: 7,
  /** A listener has accepted a connection: a {@link NewConnection}. */
  CONNECTION: 8,
  /**
   * Bytes of a standard stream, or none at its end, or if it can be read directly now. A {@link streamValue} of the
   * error, if there is one.
   */
  INPUT: 9,
  /** The oldest bytes of a standard stream have been sent: a {@link streamValue} of the error, if there is one. */
  SENT: 10,
  /** The answer to a lookup: its texts, one per line. A lookup may also be answered by an `ERROR`. */
  ANSWER: 11,
  /**
   * A connection has much data to be read: the guest may read it directly from the exposed descriptor. Meanwhile the
   * parent does not read it.
   */
  READ_ON: 12,
  /** Nothing has come of a standard stream since it was asked for; the value is its number. */
  NOTHING: 13,
  /** Asks for the guest's files, which are sent as a message of the thread. */
  FILES: 14,
  /** A signal; the value is its number. */
  SIGNAL: 15,
} as const

/**
 * The number of bytes of a connection that may be in transit between the threads and count
 * as accepted, like bytes in a network cable. Acceptance is reported in batches of half that size, so a short
 * message needs no separate acknowledgement.
 */
export const WINDOW = 64 * 1024

/** The id of records about the guest's files, which is never assigned. */
export const FILES_ID = 0xffff_ffff

/** The first id that the guest assigns; the parent assigns the lower ones. */
export const FIRST_OF_GUEST = 0x8000_0000

/** The overhead of a message in bytes, which limits the number of empty messages in transit. */
export const MESSAGE_COST = 64

/**
 * The operations of a datagram socket that have a reply. `tell` reports why the last message could not be sent,
 * `settle` how many bytes have been accepted.
 */
export type DatagramAction =
  | { readonly does: 'tell' | 'settle' | 'disconnect' }
  | { readonly does: 'connect'; readonly remote: Address }
  | { readonly does: 'setBroadcast' | 'setMulticastLoop'; readonly value: boolean }
  | { readonly does: 'setTtl' | 'setMulticastTtl'; readonly value: number }
  | { readonly does: 'setMulticastInterface'; readonly value: string | number }
  | { readonly does: 'setMembership'; readonly membership: Membership; readonly join: boolean }
  | { readonly does: 'setBufferSize'; readonly which: DatagramBuffer; readonly value: number }

/** The requests with a reply that the guest waits for. */
export type Call =
  | { readonly call: 'bind'; readonly local: Address; readonly options: BindOptions }
  | { readonly call: 'listen'; readonly port: number; readonly backlog: number }
  | { readonly call: 'name'; readonly connection: number }
  | { readonly call: 'bindPath'; readonly local: UnixAddress }
  | { readonly call: 'connect'; readonly remote: SocketAddress; readonly port?: number }
  | { readonly call: 'path'; readonly does: 'unlink' | 'chmod' | 'mode'; readonly path: string; readonly mode: number }
  | { readonly call: 'bindDatagram'; readonly local: Address; readonly options: DatagramBindOptions }
  | { readonly call: 'datagram'; readonly socket: number; readonly action: DatagramAction }
  | { readonly call: 'lookup'; readonly name: string; readonly family: LookupFamily }
  | { readonly call: 'reverse'; readonly address: Address }
  | { readonly call: 'interfaces' }

/** The id of a new object; or the requested number itself. */
export interface NewObject {
  readonly id: number
}

/** The id and the addresses of a new object. */
export interface NewConnection<At extends SocketAddress = Address> extends NewObject {
  readonly local: At
  readonly remote: At
  /** The descriptor of an established connection, if the host exposes it. */
  readonly descriptor?: number | undefined
  /** Of a datagram socket: see {@link ToGuest.TAKEN}. */
  readonly accepted?: number
}

/** The interfaces of the host, each with its index. */
export interface NewHost extends NewObject {
  readonly interfaces: readonly (readonly [name: string, index: number])[]
}

/**
 * A reply: the new object (without addresses for a lookup), or an error. For a port, a listener and a datagram
 * socket, `remote` is their own address.
 */
export type Reply =
  | NewConnection<SocketAddress>
  | NewHost
  | NewObject
  | { readonly error: ErrnoName; readonly message: string }

/** The reason why a guest cannot be loaded: an error with that name. */
export interface LoadFailure {
  readonly name: string
  readonly message: string
}

/** The description of a trap. */
export interface TrapReport {
  readonly message: string
  readonly stack: string
}

/** The sets of signals that a guest handles or blocks, and that it ignores. */
export interface SignalReport {
  readonly caught: number
  readonly ignored: number
}

/** When which signal of a timer is due, and how often then; in nanoseconds. */
export interface TimerReport {
  readonly timer: number
  readonly signal: number
  readonly after: number
  readonly interval: number
}

/** How much of a limit was used when its level changed. */
export interface LimitReport {
  readonly used: number
}

/** The values that a payload can contain as JSON. */
export type Message =
  | Address
  | Call
  | KeepAliveProbes
  | Reply
  | LoadFailure
  | TrapReport
  | SignalReport
  | TimerReport
  | LimitReport

/** Encodes an error name as a value. */
export function errnoValue(name: ErrnoName): number {
  return ERRNO_NAMES.indexOf(name)
}

/** Decodes the error name of a value. */
export function errnoOf(value: number): ErrnoName {
  return ERRNO_NAMES[value] ?? 'EIO'
}

/** Encodes the number of a standard stream and another number, up to 2^29, as a value. */
export function streamValue(stream: number, other: number): number {
  return stream | (other << 2)
}

/** Decodes the two numbers of {@link streamValue}. */
export function streamOf(value: number): readonly [stream: number, other: number] {
  return [value & 3, value >>> 2]
}

/** Encodes an error, or that there is none, as a number for {@link streamValue}. */
export function outcomeValue(error: ErrnoName | undefined): number {
  return error === undefined ? 0 : errnoValue(error) + 1
}

/** Decodes a number of {@link outcomeValue}. */
export function outcomeOf(value: number): ErrnoName | undefined {
  return value === 0 ? undefined : errnoOf(value - 1)
}

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** Encodes a text as a payload. */
export function encodeText(text: string): Uint8Array {
  return encoder.encode(text)
}

/** Decodes the text of a payload. */
export function decodeText(payload: Uint8Array): string {
  // A decoder does not accept shared memory.
  return decoder.decode(payload.slice())
}

/** Encodes an object as a payload. */
export function encode(value: Message): Uint8Array {
  return encodeText(JSON.stringify(value))
}

/** Decodes the object of a payload. It is not validated, since both threads run the same version of this file. */
export function decode<Value extends Message>(payload: Uint8Array): Value {
  return JSON.parse(decodeText(payload))
}

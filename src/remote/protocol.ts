/**
 * What the two threads of the worker driver tell each other. The guest's thread has the kernel, the parent's has the host:
 * what crosses is the host's contract, not system calls, so most system calls need no crossing at all.
 *
 * A record has a kind, an id (of a connection, a listener, a port, a lookup or a datagram socket; the parent gives them out, but
 * for what it is told of by `CONNECT`), a value and a payload. Only a `CALL` and the wish for standard input are waited for.
 */
import type { Address, SocketAddress, UnixAddress } from '../base/address.js'
import { ERRNO_NAMES, type ErrnoName } from '../base/errno.js'
import type { DatagramBindOptions, DatagramBuffer, Membership } from '../host/contract/datagram.js'
import type { BindOptions } from '../host/contract/error.js'
import type { LookupFamily } from '../host/contract/lookup.js'

/** The rings of one guest, each named by where it leads. */
export interface Wires {
  readonly toParent: SharedArrayBuffer
  readonly toGuest: SharedArrayBuffer
}

/** Records from the guest's thread to the parent's. */
export const ToParent = {
  /** A {@link Call}; answered by one `REPLY`. */
  CALL: 1,
  /** Lets a connection, a listener, a port or a lookup go. Of a connection, the value is how many bytes have come (modulo 2^32). */
  CLOSE: 2,
  /** Bytes for a connection; or a message for a datagram socket, see `message-record.ts`. */
  WRITE: 3,
  SHUTDOWN: 4,
  /** Lets bytes come. A value of 1 ends what `READ_ON` began. */
  READ_START: 5,
  READ_STOP: 6,
  RESET: 7,
  /** The value is 0 or 1. */
  NO_DELAY: 8,
  /** The value is seconds, 0 for off. */
  KEEP_ALIVE: 9,
  /** Begins a connection to an {@link Address}, whose number the guest has chosen; what is wrong with it is an `ERROR`. */
  CONNECT: 10,
  /** The guest was loaded, and starts. */
  READY: 11,
  /** It cannot be loaded: an {@link LoadFailure}. Nothing follows. */
  UNFIT: 12,
  /** Bytes for the standard stream whose number is the value. */
  OUTPUT: 13,
  /** The guest wants the next bytes of its standard input. */
  INPUT: 14,
  /** A line of the trace. */
  TRACE: 15,
  /** The guest ended; the value is its exit code. Nothing follows. */
  EXIT: 16,
  /** The guest trapped: a {@link TrapReport}. Nothing follows. */
  TRAP: 17,
} as const

/** Records from the parent's thread to the guest's. */
export const ToGuest = {
  /** A {@link Reply}. */
  REPLY: 1,
  /** An outgoing connection stands: an {@link NewConnection}. */
  CONNECT: 2,
  /** Bytes of a connection, or a message. */
  DATA: 3,
  END: 4,
  /** The value is how many bytes more the host has taken. */
  TAKEN: 5,
  /** A connection failed, and is gone; or a listener could not accept, or a message did not arrive. The value is the error, see {@link errnoValue}. */
  ERROR: 6,
  /** A write failed: nothing more can be sent. The value is the error. What the peer has sent still comes. */
  BROKEN: 7,
  /** A listener has a connection: an {@link NewConnection}. */
  CONNECTION: 8,
  /** Bytes of standard input; none is its end. A value of 1 says that it cannot be read. */
  INPUT: 9,
  /** The value is how many bytes more of the guest's output have been received. */
  OUTPUT_TAKEN: 10,
  /** A lookup's answer: its texts, a line each. An `ERROR` is one too. */
  ANSWER: 11,
  /** A connection has much to be read: the guest may do so by the descriptor it was lent. Nothing comes of it meanwhile. */
  READ_ON: 12,
} as const

/**
 * Bytes of a connection, or of a standard stream, that may be under way between the threads and count as taken, as those do
 * that are in a cable. Half as many are told at once: so a short message needs no receipt of its own.
 */
export const WINDOW = 64 * 1024

/** Numbers from here on are the guest's to give out. */
export const FIRST_OF_GUEST = 0x8000_0000

/** What a message counts beside its bytes, so that no end of empty ones is under way. */
export const MESSAGE_COST = 64

/** What a datagram socket does that has an answer. `tell` tells why the last message that was sent could not be. */
export type DatagramAction =
  | { readonly does: 'tell' | 'disconnect' }
  | { readonly does: 'connect'; readonly remote: Address }
  | { readonly does: 'setBroadcast' | 'setMulticastLoop'; readonly value: boolean }
  | { readonly does: 'setTtl' | 'setMulticastTtl'; readonly value: number }
  | { readonly does: 'setMulticastInterface'; readonly value: string | number }
  | { readonly does: 'setMembership'; readonly membership: Membership; readonly join: boolean }
  | { readonly does: 'setBufferSize'; readonly which: DatagramBuffer; readonly value: number }

/** What must be answered before the guest goes on. */
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

/** A new object's number; or what was asked for, where that is a number. */
export interface NewObject {
  readonly id: number
}

/** A new object's number and addresses. */
export interface NewConnection<At extends SocketAddress = Address> extends NewObject {
  readonly local: At
  readonly remote: At
  /** That of a connection which stands, where the host lends it. */
  readonly descriptor?: number | undefined
}

/** The host's interfaces, each with its number. */
export interface NewHost extends NewObject {
  readonly interfaces: readonly (readonly [name: string, index: number])[]
}

/**
 * The answer: the new object, a lookup's without addresses, or an error. A port, a listener and a datagram socket have their own
 * address for `remote`.
 */
export type Reply =
  | NewConnection<SocketAddress>
  | NewHost
  | NewObject
  | { readonly error: ErrnoName; readonly message: string }

/** Why a guest cannot be loaded: an error of that name. */
export interface LoadFailure {
  readonly name: string
  readonly message: string
}

/** What is known of a trap. */
export interface TrapReport {
  readonly message: string
  readonly stack: string
}

/** What a payload may hold, as JSON. */
export type Message = Address | Call | Reply | LoadFailure | TrapReport

/** An error's name as a value. */
export function errnoValue(name: ErrnoName): number {
  return ERRNO_NAMES.indexOf(name)
}

/** The error's name of a value. */
export function errnoOf(value: number): ErrnoName {
  return ERRNO_NAMES[value] ?? 'EIO'
}

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** A text as a payload. */
export function encodeText(text: string): Uint8Array {
  return encoder.encode(text)
}

/** The text of a payload. */
export function decodeText(payload: Uint8Array): string {
  // A decoder takes no shared memory.
  return decoder.decode(payload.slice())
}

/** An object as a payload. */
export function encode(value: Message): Uint8Array {
  return encodeText(JSON.stringify(value))
}

/** The object of a payload; both threads run the same version of this file. */
export function decode<Value extends Message>(payload: Uint8Array): Value {
  return JSON.parse(decodeText(payload))
}

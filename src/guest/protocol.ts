/**
 * What the two threads of the worker driver tell each other. The guest's thread has the kernel, the parent's has the host:
 * what crosses is the host's contract, not system calls, so most system calls need no crossing at all.
 */
import type { Address } from '../abi/address.js'
import type { ErrnoName } from '../abi/errno.js'
import type { BindOptions } from '../host/host.js'

/** Records from the guest's thread to the parent's. The record's number is a connection's, listener's or port's. */
export const ToParent = {
  /** A {@link Call}, as JSON; answered by one `REPLY`. */
  CALL: 1,
  /** Bytes for a connection. */
  WRITE: 2,
  SHUTDOWN: 3,
  READ_START: 4,
  READ_STOP: 5,
  /** Lets a connection, a listener or a port go. */
  CLOSE: 6,
  RESET: 7,
  /** One byte, 0 or 1. */
  NO_DELAY: 8,
  /** Four bytes: seconds, 0 for off. */
  KEEP_ALIVE: 9,
  /** Bytes for the standard stream whose number the record has. */
  OUTPUT: 10,
  /** The guest ended; the record's number is its exit code. Nothing follows. */
  EXIT: 11,
  /** The guest trapped; the payload says how. Nothing follows. */
  TRAP: 12,
  /** The guest wants its standard input. */
  INPUT: 13,
} as const

/** Records from the parent's thread to the guest's. */
export const ToGuest = {
  /** The answer to a `CALL`: a {@link Reply}, as JSON. */
  REPLY: 1,
  /** An outgoing connection stands. */
  CONNECT: 2,
  DATA: 3,
  END: 4,
  /** Four bytes: how many of the bytes written the host has taken since the last. */
  TAKEN: 5,
  /** A connection failed; the payload is the error's name. */
  ERROR: 6,
  /** A listener (the record's number) has a connection: an {@link Arrival}, as JSON. */
  CONNECTION: 7,
  /** A listener could not accept; the payload is the error's name. */
  LISTEN_ERROR: 8,
  /** Bytes of standard input; none is its end. */
  INPUT: 9,
} as const

/** What must be answered before the guest goes on. */
export type Call =
  | { readonly call: 'bind'; readonly local: Address; readonly options: BindOptions }
  | { readonly call: 'listen'; readonly port: number; readonly backlog: number }
  | { readonly call: 'connect'; readonly remote: Address; readonly port?: number }

/** The answer: a new object's number and addresses, or an error. */
export type Reply =
  | { readonly id: number; readonly local: Address; readonly remote?: Address }
  | { readonly error: ErrnoName; readonly message: string }

/** A connection that came in. */
export interface Arrival {
  readonly id: number
  readonly local: Address
  readonly remote: Address
}

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** An object or a text as bytes. */
export function encode(value: Call | Reply | Arrival): Uint8Array {
  return encoder.encode(JSON.stringify(value))
}

/** The text of a payload, which lies in shared memory. */
export function decodeText(payload: Uint8Array): string {
  return decoder.decode(payload.slice())
}

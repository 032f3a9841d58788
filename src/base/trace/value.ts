/** What entries of a trace consist of. */
import { xxh32 } from './xxh32.js'

/** Bytes of which a trace has only the length and a checksum: what the program sent, which a replay compares. */
export class Digest {
  /** How many bytes there were. */
  readonly length: number
  /** Their XXH32. */
  readonly hash: number

  constructor(length: number, hash: number) {
    this.length = length
    this.hash = hash
  }

  /** The digest of bytes. */
  static of(bytes: Uint8Array): Digest {
    return new Digest(bytes.length, xxh32(bytes))
  }
}

/** Bytes of which a redacted trace has only the length. */
export class Withheld {
  /** How many bytes there were. */
  readonly length: number

  constructor(length: number) {
    this.length = length
  }
}

/** An argument, an outcome or a payload. */
export type Value =
  | undefined
  | boolean
  | number
  | string
  | Uint8Array
  | Digest
  | Withheld
  | readonly Value[]
  | TraceRecord

/** An address, options, or something else with named members. */
export interface TraceRecord {
  readonly [name: string]: Value
}

/** Tells a record from every other value. */
export function isRecord(value: Value): value is TraceRecord {
  if (typeof value !== 'object' || Array.isArray(value)) return false
  return !(value instanceof Uint8Array || value instanceof Digest || value instanceof Withheld)
}

/** A call that the program made of its host. */
export interface TraceCall {
  readonly kind: 'call'
  /** The name of the call, such as `write`. */
  readonly name: string
  /** The number of the object that it was made of; 0 is the host. */
  readonly object: number
  /** What it was called with. */
  readonly args: readonly Value[]
  /** What it returned, or the code and the message of the error that it threw. */
  readonly outcome: Value
  /** Whether it threw. */
  readonly threw: boolean
}

/** An event that the host delivered to the program. */
export interface TraceEvent {
  readonly kind: 'event'
  /** The name of the event, such as `data`. */
  readonly name: string
  /** The number of the object that it is an event of; 0 is the host. */
  readonly object: number
  /** What it brought. */
  readonly args: readonly Value[]
  /** The host's clock, in nanoseconds. */
  readonly time: number
  /** It came before the promises that the event before it had settled were reacted to. */
  readonly joined: boolean
  /** It came during the call that follows it in the trace. */
  readonly inside: boolean
}

/** What happened at the boundary between a program and its host. */
export type TraceEntry = TraceCall | TraceEvent

/** The greatest integer that is written as such; greater ones as the difference from the one before. */
export const GREATEST_PLAIN = 2 ** 31 - 1

/** The first byte of a value. From {@link Tag.SMALL} on, it is the value: an integer from 0 to 223. */
export const Tag = {
  UNDEFINED: 0,
  FALSE: 1,
  TRUE: 2,
  /** A varint. */
  INTEGER: 3,
  /** A varint, of the negated integer. */
  NEGATIVE: 4,
  /** 8 bytes, IEEE 754, little-endian. */
  FLOAT: 5,
  /** A text, see the table of texts. */
  TEXT: 6,
  /** A varint with the length, and the bytes. */
  BYTES: 7,
  /** A varint: how many large payloads ago the same bytes were written. */
  REPEATED: 8,
  /** A varint with the length, and 4 bytes with the XXH32, little-endian. */
  DIGEST: 9,
  /** A varint with the number of values, and the values. */
  LIST: 10,
  /** A varint with the number of members, and for each its name, a text, and its value. */
  RECORD: 11,
  /** A varint with the length. */
  WITHHELD: 12,
  /** A signed varint: the difference from the last great integer. */
  DIFFERENCE: 13,
  SMALL: 32,
} as const

/** Payloads of at least so many bytes are written once, if they are repeated soon. */
export const LARGE = 256

/** How many large payloads are remembered. */
export const REMEMBERED = 64

/** How many texts the table of texts has at most; later ones are written each time. */
export const MOST_TEXTS = 4096

/** How many names the table of names has at most. */
export const MOST_NAMES = 512

/** The first byte of a block. */
export const BlockKind = { ENTRIES: 0x42, END: 0x45 } as const

/** The length of what precedes the content of a block: its kind, the length of the content and its XXH32. */
export const BLOCK_HEAD = 9

/** The bits of the first number of an entry; the rest is the number of its name. */
export const EntryBit = { EVENT: 1, FLAGGED: 2, INSIDE: 4, NAME: 8 } as const

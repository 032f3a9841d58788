/** Writes a trace: its header, and entries in blocks. `docs/trace-format.md` describes the format. */
import { OutBytes } from './out-bytes.js'
import { WrittenPayloads } from './repeats.js'
import { formatHeader, type TraceHeader } from './trace-header.js'
import {
  BLOCK_HEAD,
  BlockKind,
  Digest,
  EntryBit,
  GREATEST_PLAIN,
  LARGE,
  MOST_NAMES,
  MOST_TEXTS,
  Tag,
  type TraceEntry,
  type Value,
  Withheld,
} from './value.js'
import { xxh32 } from './xxh32.js'

/**
 * Receives a trace, piece by piece; each is its own from then on. It must take all bytes before it returns, so that the
 * trace is complete whenever the process ends.
 */
export type RecordingSink = (bytes: Uint8Array<ArrayBuffer>) => void

/** The greatest difference that is written as such. */
const GREATEST_DIFFERENCE = 2 ** 52 - 1

/** Writes one trace. */
export class TraceWriter {
  readonly #sink: RecordingSink
  readonly #redacts: boolean
  readonly #lends: boolean
  readonly #out = new OutBytes()
  readonly #names = new Map<string, number>()
  readonly #texts = new Map<string, number>()
  readonly #payloads = new WrittenPayloads()
  readonly #encoder = new TextEncoder()
  #great = 0
  #entries = 0

  /** @param lends - whether the sink uses what it is given only until it returns, so that nothing has to be copied */
  constructor(sink: RecordingSink, header: TraceHeader, lends = false) {
    this.#sink = sink
    this.#lends = lends
    this.#redacts = header.redacted
    sink(new Uint8Array(formatHeader(header)))
    this.#out.reserve(BLOCK_HEAD)
  }

  /** How many entries were written. */
  get entries(): number {
    return this.#entries
  }

  /** How many bytes of entries wait for {@link TraceWriter.flush}. */
  get waiting(): number {
    return this.#out.length - BLOCK_HEAD
  }

  /** Writes a call. */
  call(name: string, object: number, args: readonly Value[], outcome: Value, threw: boolean): void {
    this.#head(name, object, threw ? EntryBit.FLAGGED : 0)
    this.#list(args)
    this.#value(outcome)
  }

  /** Writes an event; see `TraceEvent`. */
  event(name: string, object: number, args: readonly Value[], time: number, bits: number): void {
    this.#head(name, object, EntryBit.EVENT | bits)
    this.#number(time)
    this.#list(args)
  }

  /** Writes an entry. */
  entry(entry: TraceEntry): void {
    const { kind, name, object, args } = entry
    if (kind === 'call') this.call(name, object, args, entry.outcome, entry.threw)
    else {
      const bits = (entry.joined ? EntryBit.FLAGGED : 0) | (entry.inside ? EntryBit.INSIDE : 0)
      this.event(name, object, args, entry.time, bits)
    }
  }

  /** Passes what was written to the sink, as a block. @throws the errors of the sink */
  flush(): void {
    if (this.waiting > 0) this.#block(BlockKind.ENTRIES)
  }

  /** Ends the trace: it is complete. @throws the errors of the sink */
  end(): void {
    this.flush()
    this.#out.varint(this.#entries)
    this.#block(BlockKind.END)
  }

  #block(kind: number): void {
    const out = this.#out
    out.first = kind
    out.word(this.waiting, 1)
    out.word(xxh32(out.written.subarray(BLOCK_HEAD)), 5)
    const bytes = this.#lends ? out.written : out.written.slice()
    out.length = BLOCK_HEAD
    this.#sink(bytes)
  }

  #head(name: string, object: number, bits: number): void {
    this.#entries++
    const known = this.#names.get(name)
    this.#out.varint((known ?? this.#names.size) * EntryBit.NAME + bits)
    if (known === undefined) {
      if (this.#names.size === MOST_NAMES)
        throw new RangeError(`Cannot write ${name}: a trace has ${MOST_NAMES} names at most`)
      this.#names.set(name, this.#names.size)
      this.#plainText(name)
    }
    this.#out.varint(object)
  }

  #list(values: readonly Value[]): void {
    this.#out.varint(values.length)
    for (const value of values) this.#value(value)
  }

  #value(value: Value): void {
    const out = this.#out
    if (typeof value === 'number') this.#number(value)
    else if (value === undefined) out.byte(Tag.UNDEFINED)
    else if (typeof value === 'boolean') out.byte(value ? Tag.TRUE : Tag.FALSE)
    else if (typeof value === 'string') {
      out.byte(Tag.TEXT)
      this.#text(value)
    } else if (value instanceof Uint8Array) this.#bytes(value)
    else if (value instanceof Digest) this.#digest(value)
    else if (value instanceof Withheld) this.#withheld(value.length)
    else if (isList(value)) {
      out.byte(Tag.LIST)
      this.#list(value)
    } else {
      const members = Object.entries(value)
      out.byte(Tag.RECORD)
      out.varint(members.length)
      for (const [name, member] of members) {
        this.#text(name)
        this.#value(member)
      }
    }
  }

  #number(value: number): void {
    const out = this.#out
    if (value >= 0 && value <= 0xff - Tag.SMALL && Number.isInteger(value) && !Object.is(value, -0))
      out.byte(value + Tag.SMALL)
    else if (!Number.isSafeInteger(value) || Object.is(value, -0) || value < -GREATEST_PLAIN) this.#float(value)
    else if (value < 0) {
      out.byte(Tag.NEGATIVE)
      out.varint(-value)
    } else if (value <= GREATEST_PLAIN) {
      out.byte(Tag.INTEGER)
      out.varint(value)
    } else {
      const difference = value - this.#great
      this.#great = value
      if (Math.abs(difference) > GREATEST_DIFFERENCE) return this.#float(value)
      out.byte(Tag.DIFFERENCE)
      out.signed(difference)
    }
  }

  #float(value: number): void {
    this.#out.byte(Tag.FLOAT)
    this.#out.float(value)
  }

  /** Writes the number of a known text; or the next number, and the text. */
  #text(text: string): void {
    const known = this.#texts.get(text)
    this.#out.varint(known ?? this.#texts.size)
    if (known !== undefined) return
    if (this.#texts.size < MOST_TEXTS) this.#texts.set(text, this.#texts.size)
    this.#plainText(text)
  }

  /** As JSON, which has a notation for half a surrogate pair. */
  #plainText(text: string): void {
    const bytes = this.#encoder.encode(JSON.stringify(text))
    this.#out.varint(bytes.length)
    this.#out.bytes(bytes)
  }

  #bytes(bytes: Uint8Array): void {
    const out = this.#out
    if (this.#redacts) return this.#withheld(bytes.length)
    const ago = bytes.length < LARGE ? undefined : this.#payloads.find(bytes)
    out.byte(ago === undefined ? Tag.BYTES : Tag.REPEATED)
    out.varint(ago ?? bytes.length)
    if (ago === undefined) out.bytes(bytes)
  }

  #digest({ length, hash }: Digest): void {
    // A checksum tells what a short text was.
    if (this.#redacts) return this.#withheld(length)
    this.#out.byte(Tag.DIGEST)
    this.#out.varint(length)
    this.#out.word(hash)
  }

  #withheld(length: number): void {
    this.#out.byte(Tag.WITHHELD)
    this.#out.varint(length)
  }
}

/** `Array.isArray()` forgets that the list may be read-only. */
const isList = (value: Value): value is readonly Value[] => Array.isArray(value)

/** Reads traces. `docs/trace-format.md` describes the format. */
import { readBlocks } from './blocks.js'
import type { InBytes } from './in-bytes.js'
import { ReadPayloads } from './repeats.js'
import { readHeader, type TraceHeader } from './trace-header.js'
import { Digest, EntryBit, GREATEST_PLAIN, MOST_TEXTS, Tag, type TraceEntry, type Value, Withheld } from './value.js'

/** The options of {@link readTrace}. */
export interface ReadTraceOptions {
  /**
   * Whether a trace that is damaged or cut short is read up to that place; `false` by default. One whose program was
   * killed ends where a block does, and is read without this.
   */
  readonly partial?: boolean
}

/** A trace that was read. */
export interface RecordedRun {
  /** What its first line says. */
  readonly header: TraceHeader
  /** Whether the recording was ended. Otherwise what followed the last entry is not known. */
  readonly complete: boolean
  /**
   * Its entries, in the order in which they happened. Payloads are parts of the trace's bytes, not copies.
   *
   * @throws {TraceError} when an entry was encoded wrongly
   */
  entries(): IterableIterator<TraceEntry>
}

/**
 * Reads a trace. All checksums are verified at once; entries are decoded as they are asked for.
 *
 * @param file - the bytes of a trace, which must not change afterwards
 * @throws {TraceError} when it is no trace, or is damaged, or was cut short, with the offset of the first such place
 */
export function readTrace(file: Uint8Array, { partial = false }: ReadTraceOptions = {}): RecordedRun {
  const { header, end } = readHeader(file)
  const blocks = readBlocks(file, end, partial)
  return {
    header,
    complete: blocks.count !== undefined,
    *entries() {
      const decoder = new EntryDecoder()
      for (const block of blocks.entries) {
        const own = block.again()
        while (!own.isOver) yield decoder.entry(own)
      }
    },
  }
}

/** How deep lists and records may be nested. */
const DEEPEST = 32

class EntryDecoder {
  readonly #names: string[] = []
  readonly #texts: string[] = []
  readonly #payloads = new ReadPayloads()
  readonly #decoder = new TextDecoder('utf-8', { fatal: true })
  #great = 0

  entry(from: InBytes): TraceEntry {
    const head = from.varint()
    const name = this.#known(from, this.#names, Math.floor(head / EntryBit.NAME), Number.POSITIVE_INFINITY)
    const object = from.varint()
    const flagged = (head & EntryBit.FLAGGED) !== 0
    if ((head & EntryBit.EVENT) !== 0) {
      const time = this.#value(from, 0)
      if (typeof time !== 'number') from.fail('the time of an event is not a number')
      const args = this.#list(from, 0)
      return { kind: 'event', name, object, args, time, joined: flagged, inside: (head & EntryBit.INSIDE) !== 0 }
    }
    const args = this.#list(from, 0)
    return { kind: 'call', name, object, args, outcome: this.#value(from, 0), threw: flagged }
  }

  #list(from: InBytes, depth: number): Value[] {
    const values: Value[] = []
    for (let count = from.varint(); count > 0; count--) values.push(this.#value(from, depth))
    return values
  }

  #value(from: InBytes, depth: number): Value {
    const tag = from.byte()
    if (tag >= Tag.SMALL) return tag - Tag.SMALL
    switch (tag) {
      case Tag.UNDEFINED:
        return undefined
      case Tag.FALSE:
        return false
      case Tag.TRUE:
        return true
      case Tag.INTEGER:
        return from.varint()
      case Tag.NEGATIVE:
        return -from.varint()
      case Tag.FLOAT:
        return this.#float(from)
      case Tag.DIFFERENCE:
        this.#great += from.signed()
        return this.#great
      case Tag.TEXT:
        return this.#text(from)
      default:
        return this.#payload(from, tag) ?? this.#nested(from, tag, depth + 1)
    }
  }

  #float(from: InBytes): number {
    const value = from.float()
    if (Number.isSafeInteger(value) && value > GREATEST_PLAIN) this.#great = value
    return value
  }

  #payload(from: InBytes, tag: number): Value {
    switch (tag) {
      case Tag.BYTES: {
        const bytes = from.bytes(from.varint())
        this.#payloads.add(bytes)
        return bytes
      }
      case Tag.REPEATED:
        return this.#payloads.find(from.varint()) ?? from.fail('a payload is repeated that does not exist')
      case Tag.DIGEST:
        return new Digest(from.varint(), from.word())
      case Tag.WITHHELD:
        return new Withheld(from.varint())
      default:
        return undefined
    }
  }

  #nested(from: InBytes, tag: number, depth: number): Value {
    if (depth > DEEPEST) from.fail('a value is nested too deeply')
    if (tag === Tag.LIST) return this.#list(from, depth)
    if (tag !== Tag.RECORD) from.fail(`a value of the unknown kind ${tag} begins`)
    const members: [string, Value][] = []
    for (let count = from.varint(); count > 0; count--) members.push([this.#text(from), this.#value(from, depth)])
    return Object.fromEntries(members)
  }

  #text(from: InBytes): string {
    return this.#known(from, this.#texts, from.varint(), MOST_TEXTS)
  }

  /** A text of a table; the number after the last one stands for a text that follows. */
  #known(from: InBytes, table: string[], at: number, most: number): string {
    const known = table[at]
    if (known !== undefined) return known
    if (at !== table.length) from.fail('a text is used that does not exist')
    const text = this.#plainText(from)
    if (table.length < most) table.push(text)
    return text
  }

  #plainText(from: InBytes): string {
    const bytes = from.bytes(from.varint())
    try {
      const text: unknown = JSON.parse(this.#decoder.decode(bytes))
      if (typeof text === 'string') return text
    } catch {}
    return from.fail('a text is not valid')
  }
}

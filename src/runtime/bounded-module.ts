/**
 * Lowers what a module may grow to, before it is compiled: the maximum of its memories and tables is part of their
 * type, so WebAssembly itself refuses growth beyond it, and the program gets what a machine that is full gives it.
 */
import { concat } from '../base/bytes.js'
import { encodeNumber, NotWasm, Reader } from './wasm-reader.js'
import { Kind, Op, Section } from './wasm-writer.js'

/** What a module may grow to, over all memories and all tables. */
export interface Bounds {
  /** In bytes. */
  readonly memory: number
  readonly elements: number
}

/** A module with bounds. */
export interface BoundedModule {
  readonly bytes: Uint8Array<ArrayBuffer>
  /** What it begins with; `undefined` if it is not valid WebAssembly, in which case it is unchanged. */
  readonly begins: Bounds | undefined
}

/** The size of a page, if the module does not say otherwise. */
const PAGE = 65_536

/** The bits of the byte before limits. */
const Flag = { MAXIMUM: 1, SHARED: 2, WIDE: 4, PAGE_SIZE: 8 } as const

/** The name under which the first table is exported as well, so that its length can be seen. */
export const TABLE_EXPORT = 'libuv-wasm: the first table'

/**
 * Bounds a module. What it begins with is not changed; if that is more than a bound, it cannot grow.
 *
 * @throws {TypeError} when it has tables that cannot be bounded
 */
export function boundModule(module: Uint8Array<ArrayBuffer>, bounds: Bounds): BoundedModule {
  try {
    return bound(module, bounds)
  } catch (error) {
    if (!(error instanceof NotWasm)) throw error
    return { bytes: module, begins: undefined }
  }
}

/** Everything of a limit but its maximum. */
interface Limit {
  /** The bytes before the limit. */
  readonly head: Uint8Array
  readonly flags: number
  readonly least: number
  readonly most: number
  /** How large one unit is. */
  readonly unit: number
  /** The bytes after the limit. */
  readonly tail: Uint8Array
}

function bound(module: Uint8Array<ArrayBuffer>, bounds: Bounds): BoundedModule {
  const reader = new Reader(module)
  if (String.fromCharCode(...reader.slice(0, 4)) !== '\0asm') throw new NotWasm('the first bytes are others')
  reader.skip(HEADER)
  const parts: Uint8Array[] = [reader.slice(0)]
  let tables: readonly Limit[] = []
  let memories: readonly Limit[] = []
  while (!reader.done) {
    const start = reader.at
    const id = reader.byte()
    const size = reader.number()
    const at = reader.skip(size)
    const body = new Reader(module, at, at + size)
    if (id === Section.TABLE) {
      tables = readList(body, readTable)
      parts.push(section(id, tables.length, written(tables, bounds.elements)))
    } else if (id === Section.MEMORY) {
      memories = readList(body, readMemory)
      parts.push(section(id, memories.length, written(memories, bounds.memory)))
    } else if (id === Section.EXPORT && tables.length > 0) {
      const count = body.number()
      parts.push(section(id, count + 1, [body.slice(body.at, body.end), tableExport()]))
    } else parts.push(reader.slice(start))
  }
  return { bytes: concat(parts), begins: { memory: sum(memories), elements: sum(tables) } }
}

/** The length of the magic number and the version. */
const HEADER = 8

function readList(body: Reader, read: (body: Reader) => Limit): Limit[] {
  return Array.from({ length: Math.min(body.number(), body.end - body.at) }, () => read(body))
}

function readMemory(body: Reader): Limit {
  return readLimit(body, body.slice(body.at), PAGE)
}

/** A table that has an initial element says so first, and has the code of it last. */
function readTable(body: Reader): Limit {
  const { at } = body
  let kind = body.byte()
  const hasElement = kind === WITH_ELEMENT
  if (hasElement) {
    body.skip(1)
    kind = body.byte()
  }
  if (kind === NULLABLE || kind === NOT_NULLABLE) body.number()
  const limit = readLimit(body, body.slice(at), 1)
  if (!hasElement) return limit
  const code = body.at
  skipElement(body)
  return { ...limit, tail: body.slice(code) }
}

const WITH_ELEMENT = 0x40
const NULLABLE = 0x63
const NOT_NULLABLE = 0x64

/** @throws {TypeError} when the element is none of the usual ones: a null, a function, a global */
function skipElement(body: Reader): void {
  const operation = body.byte()
  if (operation !== Op.REF_NULL && operation !== Op.REF_FUNC && operation !== Op.GLOBAL_GET)
    throw new TypeError('Cannot limit the tables of the module: their elements are made by code; make them by null')
  body.number()
  if (body.byte() !== Op.END)
    throw new TypeError('Cannot limit the tables of the module: their elements are made by code; make them by null')
}

function readLimit(body: Reader, head: Uint8Array, size: number): Limit {
  const flags = body.byte()
  const least = body.number()
  const most = (flags & Flag.MAXIMUM) !== 0 ? body.number() : Number.POSITIVE_INFINITY
  const sizes = body.at
  const unit = (flags & Flag.PAGE_SIZE) !== 0 ? 2 ** body.number() : size
  return { head, flags, least, most, unit, tail: body.slice(sizes) }
}

/** Writes limits whose sum is not above the bound, unless they begin with more: the first may grow, the others not. */
function written(limits: readonly Limit[], bound: number): Uint8Array[] {
  const [first] = limits
  const left = first === undefined ? 0 : bound - (sum(limits) - first.least * first.unit)
  return limits.flatMap((limit) => {
    const grown = limit === first ? Math.floor(left / limit.unit) : 0
    const maximum = Math.max(limit.least, Math.min(limit.most, grown))
    const hasMaximum = Number.isFinite(maximum)
    const flags = Uint8Array.of(hasMaximum ? limit.flags | Flag.MAXIMUM : limit.flags)
    const numbers = hasMaximum ? [limit.least, Math.min(maximum, ceiling(limit))] : [limit.least]
    return [limit.head, flags, ...numbers.map(encodeNumber), limit.tail]
  })
}

/** The largest maximum that the format allows where sizes have 32 bits. */
function ceiling({ flags, unit }: Limit): number {
  if ((flags & Flag.WIDE) !== 0) return Number.POSITIVE_INFINITY
  return unit === 1 ? 2 ** 32 - 1 : 2 ** 32 / unit
}

function sum(limits: readonly Limit[]): number {
  return limits.reduce((total, { least, unit }) => total + least * unit, 0)
}

function section(id: number, items: number, pieces: readonly Uint8Array[]): Uint8Array {
  const content = concat([encodeNumber(items), ...pieces])
  return concat([Uint8Array.of(id), encodeNumber(content.length), content])
}

function tableExport(): Uint8Array {
  const name = new TextEncoder().encode(TABLE_EXPORT)
  return concat([encodeNumber(name.length), name, Uint8Array.of(Kind.TABLE, 0)])
}

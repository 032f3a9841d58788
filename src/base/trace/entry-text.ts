/** Entries of a trace as text, one line each. */
import { Digest, type TraceEntry, type Value, Withheld } from './value.js'

/** The longest line, in characters. */
const LONGEST = 160

/** How many bytes of a payload are shown. */
const SHOWN = 24

/**
 * An entry in one line of at most 160 characters, such as `write of #3 (5 bytes "hello") = 0`, or
 * `event data of #3 (64 bytes)`.
 */
export function formatEntry(entry: TraceEntry): string {
  const { kind, name, object, args } = entry
  const call = `${name}${object === 0 ? '' : ` of #${object}`} (${args.map(formatValue).join(', ')})`
  if (kind === 'event') return shortened(`event ${call}`)
  if (entry.threw) return shortened(`${call} threw ${formatValue(entry.outcome)}`)
  return shortened(entry.outcome === undefined ? call : `${call} = ${formatValue(entry.outcome)}`)
}

function formatValue(value: Value): string {
  if (value === undefined) return 'undefined'
  if (value instanceof Uint8Array) return `${value.length} bytes${value.length > 0 ? ` ${quoted(value)}` : ''}`
  if (value instanceof Digest) return `${value.length} bytes with checksum ${value.hash.toString(16).padStart(8, '0')}`
  if (value instanceof Withheld) return `${value.length} bytes`
  if (typeof value !== 'object') return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(formatValue).join(', ')}]`
  const members = Object.entries(value).map(([name, member]) => `${name}: ${formatValue(member)}`)
  return `{ ${members.join(', ')} }`
}

/** The first bytes: as text if they can be printed, and otherwise in hexadecimal. */
function quoted(bytes: Uint8Array): string {
  const first = bytes.subarray(0, SHOWN)
  const more = bytes.length > SHOWN ? '...' : ''
  const isText = first.every((byte) => (byte >= 32 && byte < 127) || byte === 9 || byte === 10 || byte === 13)
  if (isText) return JSON.stringify(String.fromCharCode(...first)) + more
  return [...first].map((byte) => byte.toString(16).padStart(2, '0')).join('') + more
}

const shortened = (text: string): string => (text.length > LONGEST ? `${text.slice(0, LONGEST - 3)}...` : text)

/** The first line of a trace: what was recorded, and with what. */
import { TraceError } from './trace-error.js'
import type { TraceRecord } from './value.js'
import { xxh32 } from './xxh32.js'

/** The version of the format. A reader refuses every other one. */
export const TRACE_VERSION = 1

/** The word that every trace begins with. */
export const MAGIC = 'uvtrace '

/** What the header of a trace says. */
export interface TraceHeader {
  /** The version of libuv-wasm that recorded it. */
  readonly library: string
  /** The runtime that it was recorded on, such as `Node.js/24.21.0`. */
  readonly runtime: string
  /** Milliseconds since 1970 when it began, by the clock of its host. */
  readonly began: number
  /** What the recorded host was. */
  readonly host: {
    /** Its name. */
    readonly name: string
    /** See `Host.deliversInline`. */
    readonly deliversInline: boolean
    /** Whether it had sockets with paths as names. */
    readonly unix: boolean
  }
  /** Whether payloads are left out; such a trace can be looked at, and not replayed. */
  readonly redacted: boolean
  /** What the program that recorded it says of the run: arguments, hashes, what it likes. */
  readonly about: TraceRecord
}

/** The first line of a trace, with its line feed. */
export function formatHeader(header: TraceHeader): Uint8Array {
  const text = JSON.stringify(header)
  return new TextEncoder().encode(`${MAGIC}${TRACE_VERSION} ${sumOf(text)} ${text}\n`)
}

/** How long a header may be, in bytes. */
const LONGEST = 2 ** 24

/**
 * Reads the first line of a trace.
 *
 * @returns the header, and where the blocks begin
 * @throws {TraceError} when this is no trace, or one of another version, or its header is damaged
 */
export function readHeader(file: Uint8Array): { header: TraceHeader; end: number } {
  const start = new TextDecoder('latin1').decode(file.subarray(0, MAGIC.length))
  if (!MAGIC.startsWith(start) || file.length === 0)
    throw new TraceError(0, 'there is no header of a trace', 'give a file that libuv-wasm recorded')
  const end = file.subarray(0, LONGEST).indexOf(LINE_FEED)
  if (end < 0) throw new TraceError(file.length, 'the header is cut short', 'get the file again')
  const [version, sum, ...rest] = new TextDecoder().decode(file.subarray(MAGIC.length, end)).split(' ')
  if (version !== String(TRACE_VERSION))
    throw new TraceError(
      MAGIC.length,
      `the version is ${JSON.stringify(version?.slice(0, 20))}, and this library reads version ${TRACE_VERSION}`,
      'use the libuv-wasm that recorded it',
    )
  const text = rest.join(' ')
  if (sum !== sumOf(text)) throw new TraceError(MAGIC.length, 'the header is damaged', 'get the file again')
  return { header: JSON.parse(text), end: end + 1 }
}

const LINE_FEED = 10

function sumOf(text: string): string {
  return xxh32(new TextEncoder().encode(text)).toString(16).padStart(8, '0')
}

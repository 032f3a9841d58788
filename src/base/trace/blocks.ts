/** The blocks of a trace, which are checked before anything in them is used. */
import { InBytes } from './in-bytes.js'
import { TraceError } from './trace-error.js'
import { BLOCK_HEAD, BlockKind } from './value.js'
import { xxh32 } from './xxh32.js'

/** The blocks of a file that are not damaged. */
export interface Blocks {
  /** Those with entries, in their order. */
  readonly entries: readonly InBytes[]
  /** How many entries there are in a trace that was ended. */
  readonly count: number | undefined
}

const AGAIN = 'get the file again, or read what is before it with the option partial'

/**
 * Finds the blocks of a file.
 *
 * @param start - where they begin
 * @param partial - whether to stop before what is damaged, and otherwise to throw
 * @throws {TraceError} when a block is damaged, cut short or unknown
 */
export function readBlocks(file: Uint8Array, start: number, partial: boolean): Blocks {
  const entries: InBytes[] = []
  let at = start
  try {
    while (at < file.length) {
      const { kind, content } = readBlock(file, at)
      const reader = new InBytes(content, at + BLOCK_HEAD)
      at += BLOCK_HEAD + content.length
      if (kind === BlockKind.ENTRIES) entries.push(reader)
      else if (at < file.length) throw new TraceError(at, 'there is something after the end of the trace', AGAIN)
      else return { entries, count: reader.varint() }
    }
  } catch (error) {
    if (!partial || !(error instanceof TraceError)) throw error
  }
  return { entries, count: undefined }
}

function readBlock(file: Uint8Array, at: number): { kind: number; content: Uint8Array } {
  const left = file.length - at
  const view = new DataView(file.buffer, file.byteOffset + at, left)
  const kind = view.getUint8(0)
  if (kind !== BlockKind.ENTRIES && kind !== BlockKind.END) throw new TraceError(at, 'no block begins', AGAIN)
  if (left < BLOCK_HEAD) throw cutShort(at, BLOCK_HEAD, left)
  const length = view.getUint32(1, true)
  if (left - BLOCK_HEAD < length) throw cutShort(at, BLOCK_HEAD + length, left)
  const content = file.subarray(at + BLOCK_HEAD, at + BLOCK_HEAD + length)
  if (xxh32(content) !== view.getUint32(5, true))
    throw new TraceError(at, `a block of ${length} bytes is damaged`, AGAIN)
  return { kind, content }
}

function cutShort(at: number, length: number, left: number): TraceError {
  return new TraceError(at, `the trace is cut short: ${left} bytes are left of a block of ${length}`, AGAIN)
}

/** The files of a guest as bytes: their names and sizes as JSON with its length before it, then all contents. */
import { type Directory, isDirectory } from '../../wasi/fs/given.js'

/** A file with its size, a link, or a directory with its entries. */
type Entry = readonly [name: string, what: number | string | readonly Entry[]]

/** The deepest directory. */
const DEPTH = 256
const LENGTH = 4

/** Writes files. */
export function encodeFiles(files: Directory): Uint8Array {
  const contents: Uint8Array[] = []
  const list = (folder: Directory): Entry[] =>
    [...folder].map(([name, entry]) => {
      if (isDirectory(entry)) return [name, list(entry)]
      if (!(entry instanceof Uint8Array)) return [name, entry.link]
      contents.push(entry)
      return [name, entry.length]
    })
  const names = encoder.encode(JSON.stringify(list(files)))
  const length = new Uint8Array(LENGTH)
  new DataView(length.buffer).setUint32(0, names.length)
  return Buffer.concat([length, names, ...contents])
}

/** Reads files. @throws {TypeError} when the bytes are not those of files */
export function decodeFiles(bytes: Uint8Array): Directory {
  const fields = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const start = bytes.length < LENGTH ? Number.NaN : LENGTH + fields.getUint32(0)
  let at = start
  const read = (list: unknown, depth: number): Directory => {
    if (!Array.isArray(list) || depth > DEPTH) throw new TypeError('the files are not a list')
    return new Map(
      list.map((entry: unknown): [string, Uint8Array | Directory | { readonly link: string }] => {
        const [name, what]: readonly unknown[] = Array.isArray(entry) ? entry : []
        if (typeof name !== 'string' || name === '' || name.includes('/')) throw new TypeError('a name is not valid')
        if (typeof what === 'string') return [name, { link: what }]
        if (typeof what !== 'number') return [name, read(what, depth + 1)]
        if (!Number.isSafeInteger(what) || what < 0 || at + what > bytes.length) throw new TypeError('a size is wrong')
        at += what
        return [name, bytes.slice(at - what, at)]
      }),
    )
  }
  if (!(start <= bytes.length)) throw new TypeError('the files are cut')
  return read(JSON.parse(decoder.decode(bytes.subarray(LENGTH, start))), 0)
}

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** `fd_readdir`: each call returns as many entries as fit into its buffer, and costs no more than those entries. */
import { Size } from '../layouts.js'
import { typeOf } from './filestat.js'
import type { DirectoryNode, Entry } from './inodes.js'

/** The numbers of the two names that every directory has; other names have larger numbers. */
const ITSELF = 1
const PARENT = 2

/**
 * Fills a buffer with `dirent`s; the last one may be cut.
 *
 * @param after - the number of the last name that was listed before; 0 for none
 * @param last - the number of the last name to list, so that the listing of a directory that changes meanwhile ends
 * @returns how many bytes were used; fewer than the buffer has means the end
 */
export function list(folder: DirectoryNode, after: number, last: number, out: Uint8Array): number {
  let at = 0
  for (let number = after; at < out.length; ) {
    const next = follower(folder, number)
    if (next === undefined || next.number > last) break
    number = next.number
    const name = encoder.encode(next.text)
    const record = new Uint8Array(Size.DIRENT + name.length)
    const view = new DataView(record.buffer)
    view.setBigUint64(0, BigInt(number), true)
    view.setBigUint64(8, next.entry.inode, true)
    view.setUint32(16, name.length, true)
    view.setUint8(20, typeOf(next.entry))
    record.set(name, Size.DIRENT)
    const part = record.subarray(0, out.length - at)
    out.set(part, at)
    at += part.length
  }
  return at
}

/** The next entry of a listing. */
interface Follower {
  readonly text: string
  readonly number: number
  readonly entry: Entry
}

function follower(folder: DirectoryNode, number: number): Follower | undefined {
  if (number < ITSELF) return { text: '.', number: ITSELF, entry: folder }
  if (number < PARENT) return { text: '..', number: PARENT, entry: folder.parent }
  return folder.after(number)
}

const encoder = new TextEncoder()

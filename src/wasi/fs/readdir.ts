/** `fd_readdir`: each call returns as many entries as fit into its buffer, and costs no more than those entries. */
import { FileError } from '../errno.js'
import { Size } from '../layouts.js'
import { toBytes } from './byte-names.js'
import type { DirectoryNode, Listed } from './inodes.js'

/** The numbers of the two names that every directory has; other names have larger numbers. */
const ITSELF = 1
const PARENT = 2

/**
 * Fills a buffer with `dirent`s; the last one may be cut.
 *
 * @param after - the number of the last name that was listed before; 0 for none
 * @param last - the number of the last name to list, so that the listing of a directory that changes meanwhile ends
 * @returns how many bytes were used; fewer than the buffer has means the end
 * @throws {FileError} NOENT when the directory was removed
 */
export function list(folder: DirectoryNode, after: number, last: number, out: Uint8Array): number {
  if (folder.isGone) throw new FileError('NOENT')
  let at = 0
  for (let number = after; at < out.length; ) {
    const next = follower(folder, number)
    if (next === undefined || next.number > last) break
    number = next.number
    const name = toBytes(next.text)
    const record = new Uint8Array(Size.DIRENT + name.length)
    const view = new DataView(record.buffer)
    view.setBigUint64(0, BigInt(number), true)
    view.setBigUint64(8, next.inode, true)
    view.setUint32(16, name.length, true)
    view.setUint8(20, next.type)
    record.set(name, Size.DIRENT)
    const part = record.subarray(0, out.length - at)
    out.set(part, at)
    at += part.length
  }
  return at
}

function follower(folder: DirectoryNode, number: number): Listed | undefined {
  const { parent } = folder
  if (number < ITSELF) return { text: '.', number: ITSELF, inode: folder.inode, type: folder.type }
  if (number < PARENT) return { text: '..', number: PARENT, inode: parent.inode, type: parent.type }
  return folder.after(number)
}

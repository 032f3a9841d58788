/** What preview 1 tells of a file: `filestat`, and its type, which listings tell too. */
import type { Memory } from '../../abi/memory.js'
import { type Entry, FileNode, FolderNode, LinkNode } from './inodes.js'

/** `filetype` of preview 1. */
const CHARACTER_DEVICE = 2
const DIRECTORY = 3
const REGULAR_FILE = 4
const SYMBOLIC_LINK = 7

/** The size of a `filestat`. */
export const FILESTAT = 64

/** Permissions, which preview 1 has none of. The C library of our guests finds them where it has padding. */
const MODE_AT = 18
/** What says that they are there. */
export const MODE_KNOWN = 0x8000

const DEVICE = 1n
const FOLDER_SIZE = 4096

/** The type of an entry. */
export function typeOf(node: Entry): number {
  if (node instanceof FolderNode) return DIRECTORY
  return node instanceof LinkNode ? SYMBOLIC_LINK : REGULAR_FILE
}

/**
 * Stores what is known of an entry. Of the standard streams, which have none, nothing is told but that they are devices.
 *
 * @param out - {@link FILESTAT} bytes, which are in memory
 */
export function putStat(memory: Memory, out: number, node: Entry | undefined): void {
  memory.clear(out, FILESTAT)
  memory.setU64(out, DEVICE)
  memory.setU8(out + 16, node === undefined ? CHARACTER_DEVICE : typeOf(node))
  memory.setU64(out + 24, BigInt(node?.links ?? 1))
  if (node === undefined) return
  memory.setU16(out + MODE_AT, MODE_KNOWN | node.mode)
  memory.setU64(out + 8, node.inode)
  memory.setU64(out + 32, BigInt(sizeOf(node)))
  memory.setU64(out + 40, BigInt.asUintN(64, node.accessed))
  memory.setU64(out + 48, BigInt.asUintN(64, node.modified))
  memory.setU64(out + 56, BigInt.asUintN(64, node.changed))
}

function sizeOf(node: Entry): number {
  if (node instanceof FileNode) return node.size
  return node instanceof LinkNode ? encoder.encode(node.target).length : FOLDER_SIZE
}

const encoder = new TextEncoder()

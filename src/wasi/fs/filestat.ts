/** What preview 1 tells of a file: `filestat`, and its type, which listings tell too. */
import type { Memory } from '../../abi/memory.js'
import { FileType, Mode, Size } from '../layouts.js'
import { DirectoryNode, type Entry, FileNode, LinkNode } from './inodes.js'

const DEVICE = 1n
const FOLDER_SIZE = 4096

/** The type of an entry. */
export function typeOf(node: Entry): number {
  if (node instanceof DirectoryNode) return FileType.DIRECTORY
  return node instanceof LinkNode ? FileType.SYMBOLIC_LINK : FileType.REGULAR_FILE
}

/**
 * Stores what is known of an entry. Of the standard streams, which have none, nothing is told but that they are devices.
 *
 * @param out - {@link Size.FILESTAT} bytes, which are in memory
 */
export function putStat(memory: Memory, out: number, node: Entry | undefined): void {
  memory.clear(out, Size.FILESTAT)
  memory.setU64(out, DEVICE)
  memory.setU8(out + 16, node === undefined ? FileType.CHARACTER_DEVICE : typeOf(node))
  memory.setU64(out + 24, BigInt(node?.links ?? 1))
  if (node === undefined) return
  memory.setU16(out + Mode.AT, Mode.KNOWN | node.mode)
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

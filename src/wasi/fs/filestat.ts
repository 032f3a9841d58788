/** The `filestat` of preview 1, and the file type, which directory listings contain too. */
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
 * Stores the attributes of an entry. A standard stream has no entry, so only its type, a device, is stored.
 *
 * @param out - the address of {@link Size.FILESTAT} bytes, which are known to be in memory
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

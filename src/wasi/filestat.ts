/** The `filestat` of preview 1. */
import type { Memory } from '../abi/memory.js'
import type { Entry } from './fs/inodes.js'
import { FileType, Mode, Size } from './layouts.js'
import type { StandardStream } from './standard-streams.js'

/** The device of the standard streams, which is none of the guest's own. */
const STREAMS_DEVICE = 13n

/** The permissions of what is in no file system. */
const ANONYMOUS_MODE = 0o600

/**
 * Stores the attributes of an entry.
 *
 * @param out - the address of {@link Size.FILESTAT} bytes, which are known to be in memory
 */
export function putStat(memory: Memory, out: number, node: Entry): void {
  node.refresh()
  putType(memory, out, node.type)
  memory.setU64(out, node.device)
  memory.setU64(out + 8, node.inode)
  memory.setU16(out + Mode.AT, Mode.KNOWN | node.mode)
  memory.setU64(out + 24, BigInt(node.links))
  memory.setU64(out + 32, BigInt(node.size))
  memory.setU64(out + 40, BigInt.asUintN(64, node.accessed))
  memory.setU64(out + 48, BigInt.asUintN(64, node.modified))
  memory.setU64(out + 56, BigInt.asUintN(64, node.changed))
}

/** Stores the attributes of what is no file: its type alone is known. @param out - as above */
export function putType(memory: Memory, out: number, type: number): void {
  memory.clear(out, Size.FILESTAT)
  memory.setU64(out, 1n)
  memory.setU8(out + 16, type)
  memory.setU64(out + 24, 1n)
}

/** Stores the attributes of what is in no file system. @param out - as above */
export function putAnonymous(memory: Memory, out: number): void {
  putType(memory, out, FileType.UNKNOWN)
  memory.setU16(out + Mode.AT, Mode.KNOWN | Mode.UNTYPED | ANONYMOUS_MODE)
}

/** Stores the attributes of a standard stream. @param out - as above */
export function putStream(memory: Memory, out: number, { stream, fileType }: StandardStream): void {
  const { size, mode, inode, links, accessed, modified, changed } = stream.stat()
  putType(memory, out, fileType)
  memory.setU64(out, STREAMS_DEVICE)
  memory.setU64(out + 8, inode)
  memory.setU16(out + Mode.AT, Mode.KNOWN | mode)
  memory.setU64(out + 24, BigInt(links))
  memory.setU64(out + 32, BigInt(size))
  memory.setU64(out + 40, BigInt.asUintN(64, accessed))
  memory.setU64(out + 48, BigInt.asUintN(64, modified))
  memory.setU64(out + 56, BigInt.asUintN(64, changed))
}

/** The `filestat` of preview 1. */
import type { Memory } from '../../abi/memory.js'
import { FileType, Mode, Size } from '../layouts.js'
import type { Entry } from './inodes.js'

/**
 * Stores the attributes of an entry. A standard stream has no entry, so only its type, a device, is stored.
 *
 * @param out - the address of {@link Size.FILESTAT} bytes, which are known to be in memory
 */
export function putStat(memory: Memory, out: number, node: Entry | undefined): void {
  node?.refresh()
  memory.clear(out, Size.FILESTAT)
  memory.setU64(out, node?.device ?? 1n)
  memory.setU8(out + 16, node?.type ?? FileType.CHARACTER_DEVICE)
  memory.setU64(out + 24, BigInt(node?.links ?? 1))
  if (node === undefined) return
  memory.setU16(out + Mode.AT, Mode.KNOWN | node.mode)
  memory.setU64(out + 8, node.inode)
  memory.setU64(out + 32, BigInt(node.size))
  memory.setU64(out + 40, BigInt.asUintN(64, node.accessed))
  memory.setU64(out + 48, BigInt.asUintN(64, node.modified))
  memory.setU64(out + 56, BigInt.asUintN(64, node.changed))
}

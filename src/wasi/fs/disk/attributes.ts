import { Mode } from '../../layouts.js'
import type { Entry } from '../inodes.js'
import type { DiskStat } from './disk.js'

/** Sets the attributes of a node that do not depend on where its contents are. */
export function copyAttributes(stat: DiskStat, node: Entry): void {
  node.mode = modeOf(stat, node.mode)
  node.accessed = stat.atimeNs
  node.modified = stat.mtimeNs
  node.changed = stat.ctimeNs
}

/**
 * The permissions. A guest owns all of its files: where the user of this process does not own one, its permissions
 * for that user become those of the owner. Windows has no such permissions.
 *
 * @param usual - for a platform without permissions
 */
function modeOf({ mode: large, uid, gid }: DiskStat, usual: number): number {
  const mode = Number(large) & Mode.BITS
  const user = process.getuid?.()
  if (user === undefined) return usual
  if (user === 0 || BigInt(user) === uid) return mode
  const groups = process.getgroups?.() ?? []
  const ours = groups.includes(Number(gid)) || BigInt(process.getgid?.() ?? -1) === gid
  return (mode & ~0o700) | ((ours ? mode << 3 : mode << 6) & 0o700)
}

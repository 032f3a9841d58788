import { FileError } from '../../errno.js'
import { Mode } from '../../layouts.js'
import type { Entry, Nanoseconds } from '../inodes.js'
import { copyAttributes } from './attributes.js'
import { attempt, BIG, type DiskStat, isSame } from './disk.js'
import type { DiskFolder } from './folder.js'

/** The bits with which a program would run as another user than the one who starts it. */
const AS_OTHERS = 0o6000

/** Sets all attributes of a node that is on the disk. */
export function update(node: Entry, stat: DiskStat): void {
  copyAttributes(stat, node)
  // Not that of the files in memory, which is 1.
  node.device = stat.dev + 1n
  node.inode = stat.ino
  node.links = Number(stat.nlink)
}

/** The permissions that a guest may give a file on the disk. @throws {FileError} PERM */
export function permitted(mode: number): number {
  if (mode & AS_OTHERS) throw new FileError('PERM')
  return mode & Mode.BITS
}

/**
 * Sets the permissions of a name on the disk, or without a name those of the directory itself. Where possible the
 * file is found first, without following a link, and changed then.
 */
export function setMode(node: Entry, folder: DiskFolder, name: string, mode: number): void {
  const { fs, findsFromDescriptors } = folder.disk
  const bits = permitted(mode)
  attempt(() => {
    if (!findsFromDescriptors) return fs.chmodSync(folder.at(name), bits)
    const fd = fs.openSync(folder.at(name), FOUND_ONLY)
    try {
      // Not a link to something else, which would be changed instead.
      const stat = fs.fstatSync(fd, BIG)
      if (stat.isSymbolicLink() || !isSame(stat, { dev: node.device - 1n, ino: node.inode }))
        throw new FileError('NOENT')
      fs.chmodSync(`/proc/self/fd/${fd}`, bits)
    } finally {
      fs.closeSync(fd)
    }
  })
}

/** `O_PATH | O_NOFOLLOW` of Linux. */
const FOUND_ONLY = 0o10400000

/** Sets the times of a name, which may be a link, or without a name those of the directory itself. */
export function setTimes(
  node: Entry,
  folder: DiskFolder,
  name: string,
  accessed: Nanoseconds | undefined,
  modified: Nanoseconds | undefined,
): void {
  node.refresh()
  const { fs } = folder.disk
  const [atime, mtime] = [seconds(accessed ?? node.accessed), seconds(modified ?? node.modified)]
  attempt(() =>
    name === '' ? fs.utimesSync(folder.at(''), atime, mtime) : fs.lutimesSync(folder.at(name), atime, mtime),
  )
}

/** A time as the platform takes it, which is exact to a fraction of a microsecond. */
export function seconds(time: Nanoseconds): number {
  return Number(time) / 1e9
}

/** Opens files, and adds, removes and moves names in a file tree, with the semantics of Linux. */

import { FileError } from '../errno.js'
import { FileType, OpenFlag } from '../layouts.js'
import { type Access, DirectoryNode, type FileNode, LinkNode, type Nanoseconds, READ, SEARCH, WRITE } from './inodes.js'
import type { End, Place } from './resolve.js'

/** What the end of a path means to an open with these flags. */
export function endOfOpen(flags: number, follow: boolean): End {
  if ((flags & OpenFlag.CREATE) === 0) return follow ? 'object' : 'link'
  return follow && (flags & OpenFlag.EXCLUSIVE) === 0 ? 'file' : 'new'
}

/** How a file is opened. */
export interface Opening extends Access {
  /** `oflags`. */
  readonly flags: number
  /** The permissions of a new file. */
  readonly mode: number
}

/**
 * Opens a file or directory, and creates the file if requested.
 *
 * @returns the node, which was acquired; its `release()` is to be called when it is closed
 */
export function openAt(place: Place, opening: Opening, now: Nanoseconds): FileNode | DirectoryNode {
  const { folder, name, entry } = place
  const { flags, reads, writes } = opening
  const creates = (flags & OpenFlag.CREATE) !== 0
  if (creates && flags & OpenFlag.DIRECTORY) throw new FileError('INVAL')
  if (entry === undefined) {
    if (!creates) throw new FileError('NOENT')
    requireChange(folder)
    return folder.makeFile(name, opening, now)
  }
  if (creates && flags & OpenFlag.EXCLUSIVE) throw new FileError('EXIST')
  if (entry instanceof LinkNode) throw new FileError(flags & OpenFlag.DIRECTORY ? 'NOTDIR' : 'LOOP')
  if (entry instanceof DirectoryNode) {
    if (writes || creates || flags & OpenFlag.TRUNCATE) throw new FileError('ISDIR')
    entry.require(READ)
    entry.acquire()
    return entry
  }
  if (flags & OpenFlag.DIRECTORY) throw new FileError('NOTDIR')
  const truncates = (flags & OpenFlag.TRUNCATE) !== 0
  entry.require((reads ? READ : 0) | (writes || truncates ? WRITE : 0))
  entry.acquire(truncates ? { ...opening, writes: true } : opening)
  if (truncates && entry.type === FileType.REGULAR_FILE) entry.resize(0, now)
  return entry
}

/** Makes a directory. */
export function makeDirectory(place: Place, now: Nanoseconds): void {
  requireNew(place, true).makeDirectory(place.name, now)
}

/** Makes a symbolic link. */
export function makeLink(place: Place, target: string, now: Nanoseconds): void {
  if (target === '') throw new FileError('NOENT')
  requireNew(place, false).makeLink(place.name, target, now)
}

/** Adds a name for a file. */
export function addName({ entry }: Place, to: Place, now: Nanoseconds): void {
  if (entry === undefined) throw new FileError('NOENT')
  const folder = requireNew(to, false)
  if (entry instanceof DirectoryNode) throw new FileError('PERM')
  if (entry.links === 0) throw new FileError('NOENT')
  folder.addLink(to.name, entry, now)
}

/** Removes a name of a file. */
export function removeName({ folder, name, last, entry, slash }: Place, now: Nanoseconds): void {
  if (last !== 'name') throw new FileError('ISDIR')
  if (entry === undefined) throw new FileError('NOENT')
  if (slash) throw new FileError(entry instanceof DirectoryNode ? 'ISDIR' : 'NOTDIR')
  requireChange(folder)
  if (entry instanceof DirectoryNode) throw new FileError('ISDIR')
  folder.remove(name, entry, now)
}

/** Removes an empty directory. */
export function removeDirectory({ folder, name, last, entry }: Place, now: Nanoseconds): void {
  if (last === '..') throw new FileError('NOTEMPTY')
  if (last !== 'name') throw new FileError(last === '.' ? 'INVAL' : 'BUSY')
  if (entry === undefined) throw new FileError('NOENT')
  requireChange(folder)
  if (!(entry instanceof DirectoryNode)) throw new FileError('NOTDIR')
  if (entry.isMountPoint) throw new FileError('BUSY')
  entry.requireEmpty()
  folder.remove(name, entry, now)
}

/** Moves a file or directory, and replaces what has the new name. */
export function rename(from: Place, to: Place, now: Nanoseconds): void {
  const { entry } = from
  if (from.last !== 'name' || to.last !== 'name') throw new FileError('BUSY')
  if (entry === undefined || to.folder.isGone) throw new FileError('NOENT')
  if (entry instanceof DirectoryNode) {
    if (isWithin(to.folder, entry)) throw new FileError('INVAL')
  } else if (from.slash || to.slash) {
    throw new FileError('NOTDIR')
  }
  const replaced = to.entry
  if (replaced instanceof DirectoryNode && isWithin(from.folder, replaced)) throw new FileError('NOTEMPTY')
  if (replaced?.isSame(entry)) return
  requireChange(from.folder)
  requireChange(to.folder)
  if (entry instanceof DirectoryNode) {
    if (replaced !== undefined && !(replaced instanceof DirectoryNode)) throw new FileError('NOTDIR')
    if (from.folder !== to.folder) entry.require(WRITE)
    if (entry.isMountPoint) throw new FileError('BUSY')
  } else if (replaced instanceof DirectoryNode) {
    throw new FileError('ISDIR')
  }
  if (replaced instanceof DirectoryNode) {
    if (replaced.isMountPoint) throw new FileError('BUSY')
    replaced.requireEmpty()
  }
  from.folder.move(from.name, entry, to.folder, to.name, now)
}

/** The directory to which a new name can be added. */
function requireNew({ folder, last, entry, slash }: Place, isDirectory: boolean): DirectoryNode {
  if (last !== 'name' || entry !== undefined) throw new FileError('EXIST')
  if (slash && !isDirectory) throw new FileError('NOENT')
  requireChange(folder)
  return folder
}

/** @throws {FileError} unless names of the directory may be added and removed */
function requireChange(folder: DirectoryNode): void {
  if (folder.isGone) throw new FileError('NOENT')
  folder.require(WRITE | SEARCH)
}

function isWithin(folder: DirectoryNode, outer: DirectoryNode): boolean {
  for (let at = folder; ; at = at.parent) {
    if (at.isSame(outer)) return true
    if (at === at.parent) return false
  }
}

/** Creates, removes and moves names in a file tree, with the semantics of Linux. */

import { FileError } from '../errno.js'
import { OpenFlag } from '../layouts.js'
import {
  DirectoryNode,
  type Entry,
  FileNode,
  LinkNode,
  type Nanoseconds,
  type Place,
  READ,
  SEARCH,
  WRITE,
} from './inodes.js'

/** Whether an open with these flags follows a link at the end of the path. */
export function followsLinks(flags: number): boolean {
  return (flags & (OpenFlag.CREATE | OpenFlag.EXCLUSIVE)) !== (OpenFlag.CREATE | OpenFlag.EXCLUSIVE)
}

/** How a file is opened. */
export interface Opening {
  /** `oflags`. */
  readonly flags: number
  readonly reads: boolean
  readonly writes: boolean
  /** The permissions of a new file; `undefined` for the default. */
  readonly mode: number | undefined
}

/** Opens a file or directory, and creates the file if requested. */
export function openAt(place: Place, opening: Opening, now: Nanoseconds): FileNode | DirectoryNode {
  const { entry } = place
  const { flags, reads, writes, mode } = opening
  if (entry === undefined) {
    if ((flags & OpenFlag.CREATE) === 0) throw new FileError('NOENT')
    if (place.mustBeDirectory) throw new FileError('ISDIR')
    if (flags & OpenFlag.DIRECTORY) throw new FileError('INVAL')
    const made = new FileNode(now, undefined, mode)
    put(place, made, now)
    return made
  }
  if ((flags & OpenFlag.CREATE) !== 0 && (flags & OpenFlag.EXCLUSIVE) !== 0) throw new FileError('EXIST')
  if (entry instanceof LinkNode) throw new FileError(flags & OpenFlag.DIRECTORY ? 'NOTDIR' : 'LOOP')
  if (entry instanceof DirectoryNode) {
    if (writes || flags & (OpenFlag.CREATE | OpenFlag.TRUNCATE)) throw new FileError('ISDIR')
    entry.require(READ)
    return entry
  }
  if (flags & OpenFlag.DIRECTORY || place.mustBeDirectory) throw new FileError('NOTDIR')
  entry.require((reads ? READ : 0) | (writes ? WRITE : 0))
  if (flags & OpenFlag.TRUNCATE && writes) {
    entry.resize(0)
    entry.modified = entry.changed = now
  }
  return entry
}

/** Makes a directory. */
export function makeFolder(place: Place, now: Nanoseconds): void {
  if (place.entry !== undefined) throw new FileError('EXIST')
  put(place, new DirectoryNode(now), now)
}

/** Makes a symbolic link. */
export function makeLink(place: Place, target: string, now: Nanoseconds): void {
  if (place.entry !== undefined) throw new FileError('EXIST')
  if (target === '' || place.mustBeDirectory) throw new FileError('NOENT')
  put(place, new LinkNode(now, target), now)
}

/** Adds a name for a file. */
export function addName({ entry, mustBeDirectory: mustBeFolder }: Place, to: Place, now: Nanoseconds): void {
  if (entry === undefined) throw new FileError('NOENT')
  if (entry instanceof DirectoryNode) throw new FileError('PERM')
  if (mustBeFolder) throw new FileError('NOTDIR')
  if (to.entry !== undefined) throw new FileError('EXIST')
  if (to.mustBeDirectory) throw new FileError('NOENT')
  put(to, entry, now)
  entry.links++
  entry.changed = now
}

/** Removes a name of a file. */
export function removeName(place: Place, now: Nanoseconds): void {
  const { entry } = place
  if (entry === undefined) throw new FileError('NOENT')
  if (entry instanceof DirectoryNode) throw new FileError('ISDIR')
  if (place.mustBeDirectory) throw new FileError('NOTDIR')
  take(place, entry, now)
}

/** Removes an empty directory. */
export function removeFolder(place: Place, now: Nanoseconds): void {
  const { entry } = place
  if (entry === undefined) throw new FileError('NOENT')
  if (!(entry instanceof DirectoryNode)) throw new FileError('NOTDIR')
  if (place.name === '') throw new FileError(entry === entry.parent ? 'BUSY' : 'INVAL')
  if (entry.size > 0) throw new FileError('NOTEMPTY')
  take(place, entry, now)
}

/** Moves a file or directory, and replaces what has the new name. */
export function rename(from: Place, to: Place, now: Nanoseconds): void {
  const { entry } = from
  if (entry === undefined) throw new FileError('NOENT')
  if (from.name === '' || to.name === '') throw new FileError('BUSY')
  const isFolder = entry instanceof DirectoryNode
  if (!isFolder && (from.mustBeDirectory || to.mustBeDirectory)) throw new FileError('NOTDIR')
  if (to.entry === entry) return
  if (isFolder && isWithin(to.folder, entry)) throw new FileError('INVAL')
  if (to.entry instanceof DirectoryNode) {
    if (!isFolder) throw new FileError('ISDIR')
    if (to.entry.size > 0) throw new FileError('NOTEMPTY')
  } else if (isFolder && to.entry !== undefined) {
    throw new FileError('NOTDIR')
  }
  if (isGone(to.folder)) throw new FileError('NOENT')
  from.folder.require(WRITE | SEARCH)
  to.folder.require(WRITE | SEARCH)
  if (to.entry !== undefined) take(to, to.entry, now)
  from.folder.remove(from.name)
  from.folder.modified = from.folder.changed = now
  put(to, entry, now)
  entry.changed = now
}

function put({ folder, name }: Place, entry: Entry, now: Nanoseconds): void {
  if (isGone(folder)) throw new FileError('NOENT')
  folder.require(WRITE | SEARCH)
  folder.put(name, entry)
  folder.modified = folder.changed = now
}

function take({ folder, name }: Place, entry: Entry, now: Nanoseconds): void {
  folder.require(WRITE | SEARCH)
  folder.remove(name)
  folder.modified = folder.changed = now
  entry.links--
  entry.changed = now
}

/** Whether a directory was removed: it may still be open, but nothing can be added to it. */
function isGone(folder: DirectoryNode): boolean {
  return folder.links === 0
}

function isWithin(folder: DirectoryNode, outer: DirectoryNode): boolean {
  for (let at = folder; ; at = at.parent) {
    if (at === outer) return true
    if (at === at.parent) return false
  }
}

/** The resolution of paths, as Linux does it. */
import { NAME_MAX } from '../../abi/limits.js'
import { FileError } from '../errno.js'
import { DirectoryNode, type Entry, LinkNode, SEARCH } from './inodes.js'

/** The maximum number of links that the resolution of a path follows, as on Linux. */
const MAX_LINKS = 40

/**
 * What the end of a path means. `object` is what it leads to, after a last link; `link` is the same, but a last link
 * itself, unless a slash comes after it; `name` is the last name, to add or remove it, and a last link is never
 * followed; `file` is the place of a file that may be made, after a last link, and must not end in a slash; `new` is
 * the same, but a last link is not followed.
 */
export type End = 'object' | 'link' | 'name' | 'file' | 'new'

/** The result of resolving a path. */
export interface Place {
  /** The directory of the last name, or the one that a path without a last name leads to. */
  readonly folder: DirectoryNode
  /** The last name; empty if there is none. */
  readonly name: string
  /** The last part of the path. */
  readonly last: 'name' | '.' | '..' | '/'
  /** The entry with that name; `undefined` if there is none. */
  readonly entry: Entry | undefined
  /** Whether a slash comes after the last name. */
  readonly slash: boolean
}

/** The entries that are there although no directory has them as names. */
export type Hidden = (folder: DirectoryNode, name: string) => Entry | undefined

/**
 * Resolves a path, which is shorter than PATH_MAX. Nothing leads above the root.
 *
 * @param start - where a relative path begins
 * @throws {FileError} NOENT, NOTDIR, NAMETOOLONG, LOOP, ACCES; ISDIR at a slash after the name of a file to be made
 */
export function find(
  root: DirectoryNode,
  start: DirectoryNode,
  path: string,
  end: End,
  hidden: Hidden = () => undefined,
): Place {
  if (path === '') throw new FileError('NOENT')
  let folder = path.startsWith('/') ? root : start
  let links = 0
  /** Names that remain to be resolved, the next one last. */
  const names = namesOf(path)
  let slash = path.endsWith('/')
  /** Whether a slash came after a last link that was followed; all that it leads to is followed too. */
  let needsDirectory = false
  if (names.length === 0) return { folder, name: '', last: '/', entry: folder, slash }
  for (;;) {
    const name = names.pop() ?? '.'
    const isLast = names.length === 0
    folder.require(SEARCH)
    if (name === '.' || name === '..') {
      if (name === '..') folder = folder.parent
      if (isLast) return { folder, name: '', last: name, entry: folder, slash }
      continue
    }
    if (isLast && slash && (end === 'file' || end === 'new')) throw new FileError('ISDIR')
    if (name.length > NAME_MAX) throw new FileError('NAMETOOLONG')
    // Only a directory's own names can be removed or replaced.
    const changes = isLast && end === 'name' && folder !== root
    const entry = folder.get(name) ?? (changes ? undefined : hidden(folder, name))
    if (entry instanceof LinkNode && (!isLast || follows(end, slash || needsDirectory))) {
      if (++links > MAX_LINKS) throw new FileError('LOOP')
      if (entry.target.startsWith('/')) folder = root
      names.push(...namesOf(entry.target))
      if (!isLast) continue
      needsDirectory ||= slash
      slash = entry.target.endsWith('/')
      if (names.length === 0) return { folder, name: '', last: '/', entry: folder, slash }
    } else if (isLast) {
      const misplaced = (slash || needsDirectory) && end !== 'name' && !(entry instanceof DirectoryNode)
      if (misplaced && entry !== undefined) throw new FileError('NOTDIR')
      return { folder, name, last: 'name', entry, slash }
    } else if (entry instanceof DirectoryNode) {
      folder = entry
    } else {
      throw new FileError(entry === undefined ? 'NOENT' : 'NOTDIR')
    }
  }
}

/** Whether a link is followed that is the last name of a path. */
function follows(end: End, slash: boolean): boolean {
  return end === 'object' || end === 'file' || (end === 'link' && slash)
}

/** The names in a path, the first one last. */
function namesOf(path: string): string[] {
  return path
    .split('/')
    .filter((name) => name !== '')
    .reverse()
}

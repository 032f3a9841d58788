/** Adds, removes and moves names, and tells those that watch them, in the order of Linux. */
import { FileEvent } from '../../../abi/events.js'
import { FileType, OpenFlag } from '../../layouts.js'
import * as names from '../dirents.js'
import { DirectoryNode, type Entry, type FileNode, type Nanoseconds } from '../inodes.js'
import type { Mappings } from '../mappings.js'
import type { OpenContext } from '../open-file.js'
import type { Place } from '../resolve.js'
import { homeOf, type Notices } from './notices.js'

/** The changes of names in one file tree; see `dirents.ts`. */
export class WatchedNames {
  readonly #notices: Notices
  readonly #mappings: Mappings
  readonly #now: () => Nanoseconds

  constructor({ notices, mappings, now }: Required<OpenContext>) {
    this.#notices = notices
    this.#mappings = mappings
    this.#now = now
  }

  /** Opens a file or directory, and creates the file if requested; see `openAt()`. */
  openAt(place: Place, opening: names.Opening): FileNode | DirectoryNode {
    const node = names.openAt(place, opening, this.#now())
    if (place.entry === undefined) this.#notices.renamed(FileEvent.CREATE, place, node)
    else if (opening.flags & OpenFlag.TRUNCATE && node.type === FileType.REGULAR_FILE) {
      this.#mappings.resized(node, 0)
      this.#notices.happened(FileEvent.MODIFY, node, homeOf(place))
    }
    return node
  }

  /** Makes a directory. */
  makeDirectory(place: Place): void {
    names.makeDirectory(place, this.#now())
    this.#notices.renamed(FileEvent.CREATE, place, place.folder.get(place.name))
  }

  /** Makes a symbolic link. */
  makeLink(place: Place, target: string): void {
    names.makeLink(place, target, this.#now())
    this.#notices.renamed(FileEvent.CREATE, place, undefined)
  }

  /** Adds a name for a file. */
  addName(from: Place, to: Place): void {
    names.addName(from, to, this.#now())
    if (from.entry !== undefined) this.#notices.toItself(FileEvent.ATTRIB, from.entry)
    this.#notices.renamed(FileEvent.CREATE, to, from.entry)
  }

  /** Removes a name of a file, which ends with its last one unless it is open. */
  removeName(place: Place): void {
    const left = (place.entry?.links ?? 0) - 1
    names.removeName(place, this.#now())
    this.#removed(place, left)
  }

  /** Removes an empty directory. */
  removeDirectory(place: Place): void {
    names.removeDirectory(place, this.#now())
    this.#removed(place, 0)
  }

  /** Moves a file or directory, and replaces what has the new name. */
  rename(from: Place, to: Place): void {
    const { entry } = from
    const replaced = to.entry
    const left = (replaced?.links ?? 0) - 1
    names.rename(from, to, this.#now())
    // Two names of one file stay as they are.
    if (entry === undefined || replaced?.isSame(entry)) return
    const cookie = this.#notices.nextCookie()
    this.#notices.renamed(FileEvent.MOVED_FROM, from, entry, cookie)
    this.#notices.renamed(FileEvent.MOVED_TO, to, entry, cookie)
    if (replaced !== undefined) {
      this.#notices.toItself(FileEvent.ATTRIB, replaced)
      this.#notices.moved(to)
    }
    this.#notices.moved(from, to)
    this.#notices.toItself(FileEvent.MOVE_SELF, entry)
    if (replaced !== undefined) this.#notices.endIfUnused(replaced, linksLeft(replaced, left))
  }

  #removed(place: Place, left: number): void {
    const { entry } = place
    if (entry === undefined) return
    if (!(entry instanceof DirectoryNode)) this.#notices.toItself(FileEvent.ATTRIB, entry)
    this.#notices.endIfUnused(entry, linksLeft(entry, left))
    this.#notices.renamed(FileEvent.DELETE, place, entry)
    this.#notices.moved(place)
  }
}

/** How many names are left after one was removed. Those of a directory are not names of its own. */
function linksLeft(entry: Entry, left: number): number {
  return entry instanceof DirectoryNode ? 0 : left
}

/** Tells those that watch files (`inotify(7)`) what happens to them. */
import { FileEvent, WatchFlag, WatchReport } from '../../../abi/events.js'
import { FileError } from '../../errno.js'
import { DirectoryNode, type Entry, keyOf } from '../inodes.js'
import type { Place } from '../resolve.js'
import type { Inotify } from './inotify.js'

/** How many files one guest watches at most. */
const MOST_WATCHES = 65_536

/** The events that can be asked for. */
const EVENTS = Object.values(FileEvent).reduce((all, event) => all | event, 0)
/** What a watch keeps of the mask that it was asked for with. */
const KEPT = EVENTS | WatchFlag.ONE_SHOT | WatchFlag.EXCLUDE_UNLINKED
/** Of these, `inotify` does not say whether they concern a directory. */
const WITHOUT_KIND = FileEvent.DELETE_SELF | FileEvent.MOVE_SELF

/** The name under which an entry was found: its directory is told what happens to the entry. */
export interface Home {
  folder: DirectoryNode
  name: string
  /** Whether the name was removed since. */
  isGone?: boolean
}

/** The name of a place. A directory has only one, whatever path leads to it. */
export function homeOf({ folder, name, entry }: Pick<Place, 'folder' | 'name' | 'entry'>): Home | undefined {
  if (!(entry instanceof DirectoryNode)) return { folder, name }
  return entry.parent === entry ? undefined : { folder: entry.parent, name: entry.name }
}

/** One file that an instance watches. */
interface Watch {
  readonly owner: Inotify
  readonly number: number
  /** The file, see {@link keyOf}. */
  readonly file: string
  mask: number
}

/** The watches of an instance, by number. */
interface Watches {
  readonly all: Map<number, Watch>
  /** The last number that was given. */
  latest: number
}

/** The watches of one guest. */
export class Notices {
  readonly #instances = new Map<Inotify, Watches>()
  readonly #files = new Map<string, Set<Watch>>()
  /** Those under which files were opened, by name, so that they follow when the name changes. */
  readonly #homes = new Map<string, Set<Home>>()
  readonly #isOpen: (entry: Entry) => boolean
  #watches = 0
  #cookie = 0

  /** @param isOpen - whether a descriptor refers to an entry */
  constructor(isOpen: (entry: Entry) => boolean) {
    this.#isOpen = isOpen
  }

  /**
   * Watches an entry, or changes how it is watched.
   *
   * @returns the number of the watch
   * @throws {FileError} EXIST, NOSPC
   */
  watch(owner: Inotify, entry: Entry, asked: number): number {
    const file = keyOf(entry)
    const watches = this.#instances.get(owner) ?? { all: new Map<number, Watch>(), latest: 0 }
    const known = [...(this.#files.get(file) ?? [])].find((watch) => watch.owner === owner)
    const mask = (asked & KEPT) >>> 0
    if (known !== undefined) {
      if (asked & WatchFlag.CREATE) throw new FileError('EXIST')
      known.mask = asked & WatchFlag.ADD ? known.mask | mask : mask
      return known.number
    }
    if (this.#watches >= MOST_WATCHES) throw new FileError('NOSPC')
    const watch = { owner, number: ++watches.latest, file, mask }
    watches.all.set(watch.number, watch)
    this.#instances.set(owner, watches)
    addTo(this.#files, file, watch)
    this.#watches++
    return watch.number
  }

  /** Ends a watch. @returns whether there was one of that number */
  unwatch(owner: Inotify, number: number): boolean {
    const watch = this.#instances.get(owner)?.all.get(number)
    if (watch === undefined) return false
    this.#end(watch)
    return true
  }

  /** Forgets the watches of an instance. */
  forget(owner: Inotify): void {
    for (const watch of this.#instances.get(owner)?.all.values() ?? []) this.#remove(watch)
    this.#instances.delete(owner)
  }

  /** Whether an entry is watched. */
  watches(entry: Entry): boolean {
    return this.#watches > 0 && this.#files.has(keyOf(entry))
  }

  /** Reports what happened to an entry, also to its directory. */
  happened(event: number, entry: Entry, home: Home | undefined): void {
    if (this.#watches === 0) return
    if (home !== undefined) this.#tell(home.folder, event | kindOf(entry), home.name, 0, home.isGone)
    this.#tell(entry, event | kindOf(entry))
  }

  /** Reports a change of the names in a directory. @param entry - what has the name */
  renamed(event: number, { folder, name }: Place, entry: Entry | undefined, cookie = 0): void {
    if (this.#watches > 0) this.#tell(folder, event | (entry === undefined ? 0 : kindOf(entry)), name, cookie)
  }

  /** Reports what happened to an entry, and does not concern its directory. */
  toItself(event: number, entry: Entry): void {
    if (this.#watches > 0) this.#tell(entry, event & WITHOUT_KIND ? event : event | kindOf(entry))
  }

  /** A number for both ends of a move. */
  nextCookie(): number {
    this.#cookie = (this.#cookie + 1) >>> 0
    return this.#cookie
  }

  /** Reports the end of an entry without names and without open descriptors. */
  endIfUnused(entry: Entry, links: number): void {
    if (links > 0 || !this.watches(entry) || this.#isOpen(entry)) return
    this.toItself(FileEvent.DELETE_SELF, entry)
    for (const watch of [...(this.#files.get(keyOf(entry)) ?? [])]) this.#end(watch)
  }

  /** Lets a name follow what has it, until {@link closed}. */
  opened(home: Home): void {
    addTo(this.#homes, home.name, home)
  }

  /** Reverses {@link opened}. */
  closed(home: Home): void {
    takeFrom(this.#homes, home.name, home)
  }

  /** Notes that what had a name has another one, or none. */
  moved(from: Place, to?: Place): void {
    for (const home of [...(this.#homes.get(from.name) ?? [])]) {
      if (home.isGone || !home.folder.isSame(from.folder)) continue
      this.closed(home)
      if (to === undefined) home.isGone = true
      else Object.assign(home, { folder: to.folder, name: to.name })
      this.opened(home)
    }
  }

  #tell(entry: Entry, event: number, name = '', cookie = 0, isGone = false): void {
    const watches = this.#files.get(keyOf(entry))
    if (watches === undefined) return
    for (const watch of [...watches]) {
      if ((watch.mask & event & EVENTS) === 0 || (isGone && watch.mask & WatchFlag.EXCLUDE_UNLINKED)) continue
      watch.owner.tell(watch.number, event, cookie, name)
      if (watch.mask & WatchFlag.ONE_SHOT) this.#end(watch)
    }
  }

  #end(watch: Watch): void {
    if (!this.#remove(watch)) return
    this.#instances.get(watch.owner)?.all.delete(watch.number)
    watch.owner.tell(watch.number, WatchReport.IGNORED)
  }

  #remove(watch: Watch): boolean {
    const isKnown = takeFrom(this.#files, watch.file, watch)
    if (isKnown) this.#watches--
    return isKnown
  }
}

function kindOf(entry: Entry): number {
  return entry instanceof DirectoryNode ? WatchReport.DIRECTORY : 0
}

function addTo<T>(sets: Map<string, Set<T>>, key: string, value: T): void {
  const set = sets.get(key)
  if (set === undefined) sets.set(key, new Set([value]))
  else set.add(value)
}

/** @returns whether it was there */
function takeFrom<T>(sets: Map<string, Set<T>>, key: string, value: T): boolean {
  const set = sets.get(key)
  const isThere = set?.delete(value) ?? false
  if (set?.size === 0) sets.delete(key)
  return isThere
}

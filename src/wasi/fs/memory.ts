/** Files, links and directories in memory. */
import { totalLength } from '../../base/bytes.js'
import { FileError } from '../errno.js'
import { DirectoryNode, type Entry, FileNode, LinkNode, type Listed, type Nanoseconds, type NewFile } from './inodes.js'
import { NumberedNames } from './numbered-names.js'
import type { Space } from './space.js'

/** The maximum size of a file in memory: a guest cannot address more anyway. */
export const MAX_FILE = 2 ** 30
/** The set-user-ID bit, which a file loses when it is written to. */
const AS_OWNER = 0o4000
/** The permissions of files and directories for which nothing else is known. */
const FILE_MODE = 0o644
const DIRECTORY_MODE = 0o755

/** Contents that stay elsewhere until the file is changed. */
export interface Source {
  readonly size: number
  /**
   * Makes sure that it can be read.
   *
   * @returns all contents, if they have no size before they are read, like those of `/proc` on Linux
   * @throws {FileError} when it cannot be read
   */
  open(): Uint8Array | undefined
  /** Copies bytes from `offset` to `target`. @returns how many; fewer than fit only at the end */
  read(offset: number, target: Uint8Array): number
}

const NOTHING = new Uint8Array(0)

/** A file in memory. */
export class MemoryFile extends FileNode {
  readonly #space: Space
  #bytes: Uint8Array = NOTHING
  #size = 0
  /** Where the contents are, as long as they are not in memory. */
  #source: Source | undefined
  #opened = 0

  constructor(space: Space, now: Nanoseconds, mode = FILE_MODE) {
    super(now, mode)
    this.#space = space
  }

  get size(): number {
    return this.#source?.size ?? this.#size
  }

  /** Its contents, unless they are elsewhere; a view, valid until the next change. */
  get contents(): Uint8Array | undefined {
    return this.#source === undefined ? this.#bytes.subarray(0, this.#size) : undefined
  }

  /** Sets where its contents are. */
  comesFrom(source: Source): void {
    this.#source = source
  }

  acquire(): void {
    const whole = this.#source?.open()
    if (whole !== undefined) {
      this.#source = undefined
      this.#hold(whole.length)
      this.#bytes.set(whole)
      this.#size = whole.length
    }
    this.#opened++
  }

  override release(): void {
    this.#opened--
    this.dropIfUnused()
  }

  /** Gives the memory of a file back that neither a name nor an open file refers to. */
  dropIfUnused(): void {
    if (this.links > 0 || this.#opened > 0) return
    this.#space.giveNode()
    this.#hold(0)
    this.#size = 0
    this.#source = undefined
  }

  read(offset: number, target: Uint8Array): number {
    if (this.#source !== undefined) return this.#source.read(offset, target)
    const bytes = this.#bytes.subarray(Math.min(offset, this.#size), Math.min(offset + target.length, this.#size))
    target.set(bytes)
    return bytes.length
  }

  /** Writes as much as the maximum size of a file allows, as on Linux. */
  write(offset: number, pieces: readonly Uint8Array[], now: Nanoseconds): number {
    const wanted = totalLength(pieces)
    if (wanted === 0) return 0
    const count = Math.min(wanted, MAX_FILE - offset)
    if (count <= 0) throw new FileError('FBIG')
    this.#load(this.size)
    this.#reserve(offset + count)
    let done = 0
    for (const piece of pieces) {
      this.#bytes.set(piece.subarray(0, count - done), offset + done)
      done = Math.min(done + piece.length, count)
    }
    this.#size = Math.max(this.#size, offset + count)
    this.#change(now)
    return count
  }

  resize(size: number, now: Nanoseconds): void {
    if (size > MAX_FILE) throw new FileError('FBIG')
    this.#load(size)
    if (size === 0) this.#hold(0)
    else if (size < this.#size) this.#bytes.fill(0, size, this.#size)
    else this.#reserve(size)
    this.#size = size
    this.#change(now)
  }

  #change(now: Nanoseconds): void {
    this.mode &= ~AS_OWNER
    this.touch(now)
  }

  /** Before the first change, copies the contents to memory, `length` bytes at most. */
  #load(length: number): void {
    const source = this.#source
    if (source === undefined) return
    const size = Math.min(source.size, length)
    if (size > MAX_FILE) throw new FileError('FBIG')
    this.#hold(size)
    this.#size = source.read(0, this.#bytes.subarray(0, size))
    this.#source = undefined
  }

  #reserve(size: number): void {
    const { length } = this.#bytes
    if (size <= length) return
    this.#hold(Math.max(size, Math.min(length * 2, MAX_FILE, length + this.#space.room.bytes)))
  }

  /** Replaces the memory by `size` bytes, with the contents as far as they fit. */
  #hold(size: number): void {
    this.#space.take(size - this.#bytes.length)
    try {
      const bytes = new Uint8Array(size)
      bytes.set(this.#bytes.subarray(0, Math.min(this.#size, size)))
      this.#bytes = bytes
    } catch {
      this.#space.take(this.#bytes.length - size)
      throw new FileError('NOSPC')
    }
  }
}

/** A symbolic link in memory. */
export class MemoryLink extends LinkNode {
  /** Whether it was read from the host's disk. */
  isOnDisk = false
  readonly #space: Space

  constructor(space: Space, now: Nanoseconds, target: string) {
    super(now, target)
    this.#space = space
  }

  /** Gives its memory back once no name refers to it. */
  dropIfUnused(): void {
    if (this.links === 0) this.#space.giveNode()
  }
}

/** A directory in memory. */
export class MemoryDirectory extends DirectoryNode {
  /** Whether it was read from the host's disk. */
  isOnDisk = false
  override links = EMPTY_LINKS
  readonly #space: Space
  readonly #names = new NumberedNames<Entry>()
  /** Adds the names, which are read from elsewhere when they are first needed. */
  #fill: ((folder: MemoryDirectory) => void) | undefined

  constructor(space: Space, now: Nanoseconds, mode = DIRECTORY_MODE) {
    super(now, mode)
    this.#space = space
  }

  /** Sets how its names are added when they are first needed. The function may throw, and is called again then. */
  comesFrom(fill: (folder: MemoryDirectory) => void): void {
    this.#fill = fill
  }

  /** The names that are known; see {@link comesFrom}. */
  get known(): NumberedNames<Entry> {
    return this.#names
  }

  #fillOnce(): void {
    const fill = this.#fill
    if (fill === undefined) return
    fill(this)
    this.#fill = undefined
  }

  get #all(): NumberedNames<Entry> {
    this.#fillOnce()
    return this.#names
  }

  get isGone(): boolean {
    return this.links === 0
  }

  override acquire(): void {
    // Fails now where it would fail later.
    this.#fillOnce()
  }

  requireEmpty(): void {
    if (this.#all.size > 0) throw new FileError('NOTEMPTY')
  }

  get(name: string): Entry | undefined {
    return this.#all.get(name)
  }

  beginListing(): number {
    return this.#all.latest
  }

  after(number: number): Listed | undefined {
    const next = this.#all.after(number)
    if (next === undefined) return undefined
    return { text: next.text, number: next.number, inode: next.value.inode, type: next.value.type }
  }

  makeFile(name: string, { mode }: NewFile, now: Nanoseconds): FileNode {
    this.#space.takeNode()
    const file = new MemoryFile(this.#space, now, mode)
    this.#put(name, file, now)
    file.acquire()
    return file
  }

  makeDirectory(name: string, now: Nanoseconds): void {
    this.#space.takeNode()
    this.#put(name, new MemoryDirectory(this.#space, now), now)
  }

  makeLink(name: string, target: string, now: Nanoseconds): void {
    this.#space.takeNode()
    this.#put(name, new MemoryLink(this.#space, now, target), now)
  }

  addLink(name: string, entry: FileNode | LinkNode, now: Nanoseconds): void {
    if (!(entry instanceof MemoryFile || entry instanceof MemoryLink)) throw new FileError('XDEV')
    this.#put(name, entry, now)
    entry.links++
    entry.changed = now
  }

  remove(name: string, entry: Entry, now: Nanoseconds): void {
    this.#take(name, entry, now)
    entry.changed = now
    if (entry instanceof MemoryDirectory) {
      entry.links = 0
      this.#space.giveNode()
    } else {
      entry.links--
      if (entry instanceof MemoryFile || entry instanceof MemoryLink) entry.dropIfUnused()
    }
  }

  move(name: string, entry: Entry, to: DirectoryNode, newName: string, now: Nanoseconds): void {
    if (!(to instanceof MemoryDirectory)) throw new FileError('XDEV')
    const replaced = to.get(newName)
    if (replaced !== undefined) to.remove(newName, replaced, now)
    this.#take(name, entry, now)
    to.#put(newName, entry, now)
    entry.changed = now
  }

  /** Adds an entry, instead of what has that name. */
  replace(name: string, entry: Entry): void {
    const there = this.#all.get(name)
    if (there !== undefined) this.remove(name, there, this.changed)
    this.put(name, entry)
  }

  /** Adds an entry under a name that does not exist yet. */
  put(name: string, entry: Entry): void {
    this.#names.add(name, entry)
    if (!(entry instanceof DirectoryNode)) return
    this.links++
    entry.parent = this
    entry.name = name
  }

  #put(name: string, entry: Entry, now: Nanoseconds): void {
    this.put(name, entry)
    this.touch(now)
  }

  #take(name: string, entry: Entry, now: Nanoseconds): void {
    this.#names.remove(name)
    if (entry instanceof DirectoryNode) this.links--
    this.touch(now)
  }
}

/** The links of an empty directory: its name and its `.`. */
const EMPTY_LINKS = 2

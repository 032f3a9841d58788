/** A directory of the host whose changes are made on the disk before the call returns, as write(2) does. */
import { FileError } from '../../errno.js'
import { FileType } from '../../layouts.js'
import {
  DirectoryNode,
  type Entry,
  type FileNode,
  LinkNode,
  type Listed,
  type Nanoseconds,
  type NewFile,
} from '../inodes.js'
import { NumberedNames } from '../numbered-names.js'
import { attempt, type DiskStat } from './disk.js'
import type { DiskFolder } from './folder.js'
import { setMode, setTimes, update } from './through-attributes.js'
import { ThroughFile } from './through-file.js'

/** How many directories of the disk are known at once; those that are not in use are forgotten first. */
const MAX_KNOWN = 1024
/** How many are looked at for one to forget. */
const MAX_TRIES = 8

/** A symbolic link on the disk. */
class ThroughLink extends LinkNode {
  readonly folder: DiskFolder
  readonly name: string

  constructor(folder: DiskFolder, name: string, stat: DiskStat) {
    super(0n, folder.readLink(name))
    this.folder = folder
    this.name = name
    update(this, stat)
  }

  override setTimes(accessed: Nanoseconds | undefined, modified: Nanoseconds | undefined): void {
    setTimes(this, this.folder, this.name, accessed, modified)
  }

  override setMode(): void {
    throw new FileError('NOTSUP')
  }
}

/** A directory on the disk, whose names may be changed by others than the guest at any time. */
export class ThroughDirectory extends DirectoryNode {
  readonly #folder: DiskFolder
  /** The directories in it that are known, with the names under which they were found. */
  readonly #known = new Map<string, ThroughDirectory>()
  /** What the guest was given to be inside of this directory. */
  readonly #mounts = new Map<string, Entry>()
  /** The names as of the latest listing. */
  readonly #listed = new NumberedNames<string>()
  readonly #family: Set<ThroughDirectory>
  #isGone = false
  #uses = 0

  /** @param family - all directories that are known, in the order of their last use */
  constructor(folder: DiskFolder, stat: DiskStat, family = new Set<ThroughDirectory>()) {
    super(0n, 0o755)
    this.#folder = folder
    this.#family = family
    update(this, stat)
  }

  get isGone(): boolean {
    if (!this.#isGone && this.#uses > 0) this.#isGone = !this.#folder.exists()
    return this.#isGone
  }

  override refresh(): void {
    update(this, this.#folder.statSelf())
  }

  override require(permissions: number): void {
    this.refresh()
    super.require(permissions)
  }

  override acquire(): void {
    this.#folder.use()
    this.#uses++
  }

  override release(): void {
    this.#uses--
    this.#folder.unuse()
  }

  override setMode(mode: number): void {
    setMode(this, this.#folder, '', mode)
  }

  override setTimes(accessed: Nanoseconds | undefined, modified: Nanoseconds | undefined): void {
    setTimes(this, this.#folder, '', accessed, modified)
  }

  override sync(): void {
    const { fs } = this.#folder.disk
    attempt(() => {
      const fd = fs.openSync(this.#folder.at(''), fs.constants.O_RDONLY)
      try {
        fs.fsyncSync(fd)
      } finally {
        fs.closeSync(fd)
      }
    })
  }

  /** Only the disk knows, which refuses to remove a directory that is not empty. */
  requireEmpty(): void {}

  /** Whether these attributes are its own. */
  isAt(stat: DiskStat): boolean {
    return this.#folder.is(stat)
  }

  /** Places something of the guest's own in this directory. */
  mount(name: string, entry: Entry): void {
    this.#mounts.set(name, entry)
    if (!(entry instanceof DirectoryNode)) return
    entry.parent = this
    entry.name = name
    entry.isMountPoint = true
  }

  /** What was placed in it, and where. */
  mounted(): Iterable<[string, Entry]> {
    return this.#mounts
  }

  get(name: string): Entry | undefined {
    const mounted = this.#mounts.get(name)
    if (mounted !== undefined) return mounted
    const stat = this.#folder.stat(name)
    if (stat?.isDirectory()) return this.#directory(name, stat)
    this.#forget(name)
    if (stat?.isFile()) return new ThroughFile(this.#folder, name, stat)
    // Sockets, pipes and devices are left out.
    return stat?.isSymbolicLink() ? new ThroughLink(this.#folder, name, stat) : undefined
  }

  beginListing(): number {
    const there = new Set([...this.#mounts.keys(), ...this.#folder.list()])
    for (const name of [...this.#listed.texts()]) if (!there.has(name)) this.#listed.remove(name)
    for (const name of there) if (this.#listed.get(name) === undefined) this.#listed.add(name, name)
    return this.#listed.latest
  }

  after(number: number): Listed | undefined {
    for (let next = this.#listed.after(number); next !== undefined; next = this.#listed.after(next.number)) {
      const found = this.#mounts.get(next.text) ?? this.#look(next.text)
      if (found !== undefined) return { text: next.text, number: next.number, inode: found.inode, type: found.type }
    }
    return undefined
  }

  /** What a listing says of a name on the disk; `undefined` if it is gone. */
  #look(name: string): { readonly inode: bigint; readonly type: number } | undefined {
    const stat = this.#folder.stat(name)
    if (stat?.isDirectory()) return { inode: stat.ino, type: FileType.DIRECTORY }
    if (stat?.isFile()) return { inode: stat.ino, type: FileType.REGULAR_FILE }
    return stat?.isSymbolicLink() ? { inode: stat.ino, type: FileType.SYMBOLIC_LINK } : undefined
  }

  makeFile(name: string, opening: NewFile): FileNode {
    return ThroughFile.make(this.#folder, name, opening)
  }

  makeDirectory(name: string): void {
    attempt(() => this.#folder.disk.fs.mkdirSync(this.#folder.at(name), 0o755))
  }

  makeLink(name: string, target: string): void {
    attempt(() => this.#folder.disk.fs.symlinkSync(Buffer.from(target, 'latin1'), this.#folder.at(name)))
  }

  addLink(name: string, entry: FileNode | LinkNode): void {
    if (!(entry instanceof ThroughFile || entry instanceof ThroughLink)) throw new FileError('XDEV')
    attempt(() => this.#folder.disk.fs.linkSync(entry.folder.at(entry.name), this.#folder.at(name)))
  }

  remove(name: string, entry: Entry): void {
    const { fs } = this.#folder.disk
    attempt(() => {
      if (entry instanceof DirectoryNode) fs.rmdirSync(this.#folder.at(name))
      else fs.unlinkSync(this.#folder.at(name))
    })
    this.#forget(name)
    if (entry instanceof ThroughDirectory) entry.#isGone = true
  }

  move(name: string, entry: Entry, to: DirectoryNode, newName: string): void {
    if (!(to instanceof ThroughDirectory)) throw new FileError('XDEV')
    attempt(() => this.#folder.disk.fs.renameSync(this.#folder.at(name), to.#folder.at(newName)))
    const replaced = to.#known.get(newName)
    if (replaced !== undefined) replaced.#isGone = true
    this.#forget(name)
    to.#forget(newName)
    if (!(entry instanceof ThroughDirectory)) return
    entry.#folder.moved(to.#folder, newName)
    to.#adopt(newName, entry)
  }

  /** The node of a directory in this one: the same as before, if it is the same directory. */
  #directory(name: string, stat: DiskStat): ThroughDirectory {
    const known = this.#known.get(name)
    if (known?.isAt(stat)) {
      update(known, stat)
      this.#family.delete(known)
      this.#family.add(known)
      return known
    }
    this.#forget(name)
    const made = new ThroughDirectory(this.#folder.child(name, stat), stat, this.#family)
    this.#adopt(name, made)
    return made
  }

  #adopt(name: string, child: ThroughDirectory): void {
    child.parent = this
    child.name = name
    this.#known.set(name, child)
    this.#family.add(child)
    let tries = MAX_TRIES
    for (const oldest of this.#family) {
      if (this.#family.size <= MAX_KNOWN || tries-- === 0) return
      this.#family.delete(oldest)
      // One that is in use, or has others in it, stays: its name has to be right.
      if (oldest.#uses > 0 || oldest.#known.size > 0 || oldest === child) this.#family.add(oldest)
      else if (oldest.parent instanceof ThroughDirectory) oldest.parent.#forget(oldest.name)
    }
  }

  #forget(name: string): void {
    const known = this.#known.get(name)
    if (known === undefined) return
    this.#known.delete(name)
    this.#family.delete(known)
    known.#folder.disk.drop(known.#folder)
  }
}

import { copyOf } from '../../base/bytes.js'
import { byteString } from './byte-names.js'
import { contentsOf } from './contents.js'
import { Disk } from './disk/disk.js'
import { DiskFolder } from './disk/folder.js'
import { ThroughDirectory } from './disk/through.js'
import { Views } from './disk/view.js'
import { type Directory, type HostDirectory, isDirectory, type Mount } from './given.js'
import { DirectoryNode, type Nanoseconds } from './inodes.js'
import { MemoryDirectory, MemoryFile, MemoryLink } from './memory.js'
import { type FileGauges, Space } from './space.js'

/** The files of a guest, from its root on. */
export class Tree {
  readonly space: Space
  readonly #now: Nanoseconds
  readonly #views: Views
  #disk: Disk | undefined
  #root: DirectoryNode
  #isOver = false
  #final: Directory | undefined

  /**
   * @param gauges - what counts the files in memory
   * @throws {FileError} when a directory of the host cannot be opened
   */
  constructor(mounts: readonly Mount[], now: Nanoseconds, gauges?: FileGauges) {
    this.space = new Space(gauges)
    this.#views = new Views(this.space)
    this.#now = now
    this.#root = new MemoryDirectory(this.space, now)
    for (const mount of mounts) this.#mount(mount)
  }

  /** The root. */
  get root(): DirectoryNode {
    return this.#root
  }

  /** What is in memory. After the end it is not copied, and so is the same each time. */
  contents(): Directory {
    this.#final ??= this.#isOver ? contentsOf(this.#root, false) : undefined
    return this.#final ?? contentsOf(this.#root, true)
  }

  /** Closes what is open on the host's disk, when the guest has ended. */
  close(): void {
    this.#isOver = true
    this.#disk?.end()
  }

  #mount({ names, contents }: Mount): void {
    const path = names.map(byteString)
    const name = path.pop()
    const parent = path.reduce((folder, each) => this.#within(folder, each), this.#root)
    if ('path' in contents && contents.access === 'rw') {
      const through = this.#through(contents)
      if (name === undefined) this.#root = through
      else place(parent, name, through)
      return
    }
    const folder = name === undefined ? parent : this.#within(parent, name)
    if (!(folder instanceof MemoryDirectory)) return
    if ('path' in contents) this.#views.show(DiskFolder.given(this.#diskOfHost, contents.path), folder)
    else this.#add(contents, folder)
  }

  #through({ path }: HostDirectory): ThroughDirectory {
    const folder = DiskFolder.given(this.#diskOfHost, path)
    const made = new ThroughDirectory(folder, folder.statSelf())
    made.isMountPoint = true
    return made
  }

  get #diskOfHost(): Disk {
    this.#disk ??= new Disk()
    return this.#disk
  }

  /** The directory of that name, which is made in memory unless there is one. */
  #within(folder: DirectoryNode, name: string): DirectoryNode {
    const there = folder.get(name)
    if (there instanceof DirectoryNode) return there
    const made = new MemoryDirectory(this.space, this.#now)
    place(folder, name, made)
    return made
  }

  /** Adds files that were given in memory. They are copied, since they may belong to the caller. */
  #add(given: Directory, folder: MemoryDirectory): void {
    for (const [text, entry] of given) {
      const name = byteString(text)
      if (ArrayBuffer.isView(entry)) {
        const file = new MemoryFile(this.space, this.#now)
        file.write(0, [copyOf(entry)], this.#now)
        place(folder, name, file)
      } else if (isDirectory(entry)) {
        const inner = this.#within(folder, name)
        if (inner instanceof MemoryDirectory) this.#add(entry, inner)
      } else if ('link' in entry) {
        place(folder, name, new MemoryLink(this.space, this.#now, byteString(entry.link)))
      }
    }
  }
}

/** Puts something in a directory, instead of what has that name. */
function place(folder: DirectoryNode, name: string, entry: DirectoryNode | MemoryFile | MemoryLink): void {
  if (folder instanceof ThroughDirectory) folder.mount(name, entry)
  else if (folder instanceof MemoryDirectory) folder.replace(name, entry)
}

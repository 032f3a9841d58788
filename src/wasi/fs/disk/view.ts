/**
 * A directory of the host that a guest may read, and change in memory: nothing is read before it is needed, and
 * nothing is written to the disk.
 */
import { FileError } from '../../errno.js'
import { MemoryDirectory, MemoryFile, MemoryLink, type Source } from '../memory.js'
import type { Space } from '../space.js'
import { copyAttributes } from './attributes.js'
import { attempt, BIG, type Disk, type DiskStat, type Kept } from './disk.js'
import type { DiskFolder } from './folder.js'

/** The files of the views of a guest, in which a file with several names is one file. */
export class Views {
  readonly #space: Space
  readonly #files = new Map<string, MemoryFile>()

  constructor(space: Space) {
    this.#space = space
  }

  /** Sets that a directory in memory has the contents of one on the disk. */
  show(folder: DiskFolder, node: MemoryDirectory): void {
    copyAttributes(folder.statSelf(), node)
    node.comesFrom(() => this.#fill(node, folder))
  }

  #fill(node: MemoryDirectory, folder: DiskFolder): void {
    for (const name of folder.list()) {
      const stat = folder.stat(name)
      const entry = stat && this.#entry(folder, name, stat)
      if (entry !== undefined && node.known.get(name) === undefined) node.put(name, entry)
    }
  }

  /** The node for an entry on the disk. Sockets, pipes and devices are left out. */
  #entry(folder: DiskFolder, name: string, stat: DiskStat): MemoryDirectory | MemoryFile | MemoryLink | undefined {
    if (stat.isFile()) return this.#file(folder, name, stat)
    if (stat.isDirectory()) {
      const node = new MemoryDirectory(this.#space, 0n)
      copyAttributes(stat, node)
      node.isOnDisk = true
      const inner = folder.child(name, stat)
      node.comesFrom(() => this.#fill(node, inner))
      return node
    }
    if (!stat.isSymbolicLink()) return undefined
    const link = new MemoryLink(this.#space, 0n, folder.readLink(name))
    copyAttributes(stat, link)
    link.isOnDisk = true
    return link
  }

  #file(folder: DiskFolder, name: string, stat: DiskStat): MemoryFile {
    const key = stat.nlink > 1n ? `${stat.dev}:${stat.ino}` : undefined
    const known = key === undefined ? undefined : this.#files.get(key)
    if (known !== undefined) return known
    const file = new MemoryFile(this.#space, 0n)
    copyAttributes(stat, file)
    file.links = Number(stat.nlink)
    file.comesFrom(new DiskContents(folder, name, Number(stat.size)))
    if (key !== undefined) this.#files.set(key, file)
    return file
  }
}

/** The contents of a file on the disk. */
class DiskContents implements Source, Kept {
  readonly #disk: Disk
  readonly #folder: DiskFolder
  readonly #name: string
  #size: number
  #fd: number | undefined

  constructor(folder: DiskFolder, name: string, size: number) {
    this.#disk = folder.disk
    this.#folder = folder
    this.#name = name
    this.#size = size
  }

  get size(): number {
    return this.#size
  }

  open(): Uint8Array | undefined {
    const fd = this.#descriptor()
    if (this.#size > 0) return undefined
    const bytes = attempt(() => this.#disk.fs.readFileSync(fd))
    return bytes.length > 0 ? new Uint8Array(bytes) : undefined
  }

  close(): void {
    const fd = this.#fd
    this.#fd = undefined
    if (fd !== undefined) this.#disk.fs.closeSync(fd)
  }

  read(offset: number, target: Uint8Array): number {
    const fd = this.#descriptor()
    return readFully(this.#disk, fd, offset, target)
  }

  #descriptor(): number {
    this.#fd ??= this.#open()
    this.#disk.keep(this)
    return this.#fd
  }

  /** Opens the file; what has become something else than a file is refused, and a pipe is not waited for. */
  #open(): number {
    const { fs } = this.#disk
    const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = fs.constants
    const fd = attempt(() => fs.openSync(this.#folder.at(this.#name), O_RDONLY | O_NOFOLLOW | O_NONBLOCK))
    const stat = fs.fstatSync(fd, BIG)
    if (stat.isFile()) {
      this.#size = Number(stat.size)
      return fd
    }
    fs.closeSync(fd)
    throw new FileError('NOENT')
  }
}

/** Reads until the target is full or the file ends. @returns how many bytes were read */
export function readFully({ fs }: Disk, fd: number, offset: number, target: Uint8Array): number {
  let done = 0
  while (done < target.length) {
    const count = attempt(() => fs.readSync(fd, target, done, target.length - done, offset + done))
    if (count === 0) break
    done += count
  }
  return done
}

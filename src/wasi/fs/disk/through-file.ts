import { FileError } from '../../errno.js'
import { type Access, FileNode, type Nanoseconds, type NewFile } from '../inodes.js'
import { attempt, BIG, type DiskStat } from './disk.js'
import type { DiskFolder } from './folder.js'
import { permitted, seconds, setMode, setTimes, update } from './through-attributes.js'
import { readFully } from './view.js'

/** A file on the disk. Each one that is opened has a node and a descriptor of its own. */
export class ThroughFile extends FileNode {
  readonly folder: DiskFolder
  /** Its name when it was found. */
  readonly name: string
  #size: number
  #fd: number | undefined

  constructor(folder: DiskFolder, name: string, stat: DiskStat) {
    super(0n, 0o644)
    this.folder = folder
    this.name = name
    this.#size = Number(stat.size)
    update(this, stat)
  }

  /** Makes and opens a file. */
  static make(folder: DiskFolder, name: string, opening: NewFile): ThroughFile {
    const { disk } = folder
    const { O_CREAT, O_EXCL } = disk.fs.constants
    const mode = permitted(opening.mode)
    const fd = disk.open(folder.at(name), flagsOf(folder, opening) | O_CREAT | O_EXCL, mode)
    const file = new ThroughFile(folder, name, disk.fs.fstatSync(fd, BIG))
    file.#fd = fd
    // The mask of this process is not the guest's.
    if (file.mode !== mode) file.setMode(mode)
    return file
  }

  get size(): number {
    this.refresh()
    return this.#size
  }

  override refresh(): void {
    const fd = this.#fd
    if (fd === undefined) return
    const stat = attempt(() => this.folder.disk.fs.fstatSync(fd, BIG))
    this.#size = Number(stat.size)
    update(this, stat)
  }

  acquire(access: Access): void {
    const { disk } = this.folder
    const fd = disk.open(this.folder.at(this.name), flagsOf(this.folder, access))
    this.#fd = fd
    // A name may have become that of a pipe meanwhile.
    if (disk.fs.fstatSync(fd).isFile()) return
    this.release()
    throw new FileError('NOENT')
  }

  override release(): void {
    const fd = this.#fd
    this.#fd = undefined
    if (fd !== undefined) this.folder.disk.close(fd)
  }

  read(offset: number, target: Uint8Array): number {
    return readFully(this.folder.disk, this.#opened(), offset, target)
  }

  write(offset: number, pieces: readonly Uint8Array[]): number {
    const fd = this.#opened()
    const { fs } = this.folder.disk
    let done = 0
    for (const piece of pieces) {
      for (let part = piece; part.length > 0; ) {
        const count = this.#writeSome(() => fs.writeSync(fd, part, 0, part.length, offset + done), done)
        if (count === 0) return done
        done += count
        part = part.subarray(count)
      }
    }
    return done
  }

  resize(size: number): void {
    const fd = this.#opened()
    attempt(() => this.folder.disk.fs.ftruncateSync(fd, size))
  }

  override setMode(mode: number): void {
    const fd = this.#fd
    if (fd === undefined) setMode(this, this.folder, this.name, mode)
    else attempt(() => this.folder.disk.fs.fchmodSync(fd, permitted(mode)))
  }

  override setTimes(accessed: Nanoseconds | undefined, modified: Nanoseconds | undefined): void {
    const fd = this.#fd
    if (fd === undefined) return setTimes(this, this.folder, this.name, accessed, modified)
    this.refresh()
    const times = [seconds(accessed ?? this.accessed), seconds(modified ?? this.modified)] as const
    attempt(() => this.folder.disk.fs.futimesSync(fd, ...times))
  }

  override sync(onlyData: boolean): void {
    const fd = this.#opened()
    const { fs } = this.folder.disk
    attempt(() => (onlyData ? fs.fdatasyncSync(fd) : fs.fsyncSync(fd)))
  }

  /** Writes a part of the bytes of a call; an error after the first part is reported by the next call. */
  #writeSome(write: () => number, done: number): number {
    try {
      return attempt(write)
    } catch (error) {
      if (done > 0) return 0
      throw error
    }
  }

  #opened(): number {
    if (this.#fd === undefined) throw new FileError('BADF')
    return this.#fd
  }
}

function flagsOf({ disk }: DiskFolder, { reads, writes, appends, syncs }: Access): number {
  const { O_RDONLY, O_WRONLY, O_RDWR, O_APPEND, O_SYNC = 0, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = disk.fs.constants
  const how = writes ? (reads ? O_RDWR : O_WRONLY) : O_RDONLY
  return how | O_NOFOLLOW | O_NONBLOCK | (appends ? O_APPEND : 0) | (syncs ? O_SYNC : 0)
}

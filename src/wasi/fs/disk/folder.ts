import { FileError } from '../../errno.js'
import { byteString, fromBytes, textOf } from '../byte-names.js'
import { attempt, BIG, type Disk, type DiskIdentity, type DiskStat, isSame, type Kept } from './disk.js'

/**
 * A directory of the host's disk. Its names are found from its descriptor, which is opened when it is needed, so that
 * nothing outside can be reached, whatever becomes of its path. Where the platform cannot do that, they are found by
 * its path, of which no part may be a link: this is checked just before each call, so that only a link that another
 * program makes between the two can lead elsewhere.
 */
export class DiskFolder implements Kept {
  readonly disk: Disk
  readonly #identity: DiskIdentity
  /** The directory that has it, or the path of one that was given to the guest. */
  #parent: DiskFolder | string
  /** Its name in its parent, a byte string. */
  #name: string
  #fd: number | undefined
  /** How many need it to be the same directory even if it is moved or removed. */
  #uses = 0

  private constructor(disk: Disk, parent: DiskFolder | string, name: string, identity: DiskIdentity) {
    this.disk = disk
    this.#parent = parent
    this.#name = name
    this.#identity = identity
  }

  /** A directory that was given to the guest. @param path - absolute */
  static given(disk: Disk, path: string): DiskFolder {
    const folder = new DiskFolder(
      disk,
      path,
      '',
      attempt(() => disk.fs.lstatSync(path, BIG)),
    )
    folder.use()
    return folder
  }

  /** A directory in this one. */
  child(name: string, identity: DiskIdentity): DiskFolder {
    return new DiskFolder(this.disk, this, name, identity)
  }

  /** Whether these attributes are its own. */
  is(stat: DiskStat): boolean {
    return isSame(this.#identity, stat)
  }

  /** Notes that it was moved. */
  moved(parent: DiskFolder, name: string): void {
    this.#parent = parent
    this.#name = name
  }

  /** Keeps it open until {@link unuse} is called. */
  use(): void {
    if (this.disk.findsFromDescriptors) this.#descriptor()
    if (this.#uses === 0) this.disk.pin(this)
    this.#uses++
  }

  /** Reverses one {@link use}. */
  unuse(): void {
    this.#uses--
    if (this.#uses === 0) this.disk.unpin(this)
  }

  close(): void {
    const fd = this.#fd
    this.#fd = undefined
    if (fd !== undefined) this.disk.fs.closeSync(fd)
  }

  /** What the platform is given for a name in this directory, or without a name for the directory itself. */
  at(name: string): string | Buffer {
    if (this.disk.findsFromDescriptors) return bytePath(`/proc/self/fd/${this.#descriptor()}/${name}`)
    return name === '' ? this.#checkedPath() : `${this.#checkedPath()}/${portable(name)}`
  }

  /** The attributes of a name; `undefined` if there is none. */
  stat(name: string): DiskStat | undefined {
    return attempt(() => this.disk.fs.lstatSync(this.at(name), { bigint: true, throwIfNoEntry: false }))
  }

  /** Its own attributes. */
  statSelf(): DiskStat {
    const { fs, findsFromDescriptors } = this.disk
    return attempt(() =>
      findsFromDescriptors ? fs.fstatSync(this.#descriptor(), BIG) : fs.lstatSync(this.#checkedPath(), BIG),
    )
  }

  /** Whether it was not removed. */
  exists(): boolean {
    try {
      return this.statSelf().nlink > 0n
    } catch {
      return false
    }
  }

  /** The names in it. */
  list(): string[] {
    // Without their types, which Bun does not tell together with names that are bytes.
    return attempt(() => this.disk.fs.readdirSync(this.at(''), { encoding: 'buffer' })).map(nameOf)
  }

  /** What a link contains. */
  readLink(name: string): string {
    return nameOf(attempt(() => this.disk.fs.readlinkSync(this.at(name), { encoding: 'buffer' })))
  }

  #descriptor(): number {
    this.#fd ??= this.#open()
    this.disk.keep(this)
    return this.#fd
  }

  #open(): number {
    const { fs, directoryFlags } = this.disk
    const path = typeof this.#parent === 'string' ? this.#parent : this.#parent.at(this.#name)
    const fd = attempt(() => fs.openSync(path, directoryFlags))
    if (isSame(fs.fstatSync(fd, BIG), this.#identity)) return fd
    fs.closeSync(fd)
    throw new FileError('NOENT')
  }

  /** Its path, of which every part is the directory that it was when it was found. */
  #checkedPath(): string {
    const path =
      typeof this.#parent === 'string' ? this.#parent : `${this.#parent.#checkedPath()}/${portable(this.#name)}`
    if (
      isSame(
        attempt(() => this.disk.fs.lstatSync(path, BIG)),
        this.#identity,
      )
    )
      return path
    throw new FileError('NOENT')
  }
}

/** A path for the platform: text where it is UTF-8 in any case, and bytes otherwise. */
export function bytePath(path: string): string | Buffer {
  return /^[\0-\x7f]*$/.test(path) ? path : Buffer.from(path, 'latin1')
}

/** A name for a platform whose names are text. @throws {FileError} INVAL when it is not text, or more than a name */
export function portable(name: string): string {
  const text = textOf(name)
  if (/[\udc80-\udcff]/u.test(text)) throw new FileError('INVAL')
  if (process.platform === 'win32' && WINDOWS_PATH.test(text)) throw new FileError('INVAL')
  return text
}

/** What Windows takes for more than a name: separators, streams, wildcards, devices, and ends that it drops. */
const WINDOWS_PATH = /[\\/:*?"<>|\p{Cc}]|[. ]$|^(?:con|prn|aux|nul|com\d|lpt\d|conin\$|conout\$)(?:\.|$)/iu

/** The byte string of a name; some platforms have only text, whatever encoding was asked for. */
function nameOf(name: string | Uint8Array): string {
  return typeof name === 'string' ? byteString(name) : fromBytes(name)
}

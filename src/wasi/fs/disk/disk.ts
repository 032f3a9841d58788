import { FileError, isErrorName } from '../../errno.js'

/** The functions of `node:fs`, which Deno and Bun have too. */
export type NodeFs = typeof import('node:fs')

/** The attributes of a file on the disk. */
export type DiskStat = import('node:fs').BigIntStats

/** Which file it is. */
export type DiskIdentity = Pick<DiskStat, 'dev' | 'ino'>

/** What has a descriptor that can be closed, and opened again when it is next needed. */
export interface Kept {
  close(): void
}

/** How many descriptors stay open that can be opened again; the least recently used are closed first. */
const MAX_KEPT = 64
/** How many open files and directories a guest may have on the host's disk. */
const MAX_OPEN = 1024
/** `O_PATH` of Linux, which `node:fs` does not name: only to find other names from there. */
const O_PATH = 0o10000000

/** The disk of the host, for one guest: its functions, and what is open. */
export class Disk {
  readonly fs: NodeFs
  /** The flags to open a directory only to find names in it. */
  readonly directoryFlags: number
  /** Whether names can be found from an open directory, as `openat()` does; otherwise paths are checked each time. */
  readonly findsFromDescriptors: boolean
  /** In the order of their last use. */
  readonly #kept = new Set<Kept>()
  readonly #pinned = new Set<Kept>()
  readonly #files = new Set<number>()

  constructor() {
    // Not every platform has it, and a guest without directories of the host does not need it.
    this.fs = process.getBuiltinModule('node:fs')
    const { O_DIRECTORY = 0, O_NOFOLLOW = 0 } = this.fs.constants
    const isLinux = process.platform === 'linux'
    this.directoryFlags = O_DIRECTORY | O_NOFOLLOW | (isLinux ? O_PATH : 0)
    this.findsFromDescriptors = isLinux && this.#tryDescriptors()
  }

  /** Notes that something open was used, and closes what was not used for the longest time. */
  keep(item: Kept): void {
    if (this.#pinned.has(item)) return
    this.#kept.delete(item)
    this.#kept.add(item)
    for (const oldest of this.#kept) {
      if (this.#kept.size <= MAX_KEPT) return
      this.drop(oldest)
    }
  }

  /** Closes something, unless it is pinned. */
  drop(item: Kept): void {
    if (this.#pinned.has(item)) return
    this.#kept.delete(item)
    item.close()
  }

  /** Keeps something open until it is unpinned. @throws {FileError} MFILE */
  pin(item: Kept): void {
    this.#requireRoom()
    this.#kept.delete(item)
    this.#pinned.add(item)
  }

  /** Reverses {@link pin}. */
  unpin(item: Kept): void {
    if (this.#pinned.delete(item)) this.keep(item)
  }

  /** Opens a file for a guest. @throws {FileError} MFILE, and the errors of the platform */
  open(path: string | Buffer, flags: number, mode?: number): number {
    this.#requireRoom()
    const fd = attempt(() => this.fs.openSync(path, flags, mode))
    this.#files.add(fd)
    return fd
  }

  /** Closes a descriptor of {@link open}. */
  close(fd: number): void {
    if (this.#files.delete(fd)) this.fs.closeSync(fd)
  }

  /** Closes all, when the guest has ended. */
  end(): void {
    for (const item of [...this.#kept, ...this.#pinned]) item.close()
    this.#kept.clear()
    this.#pinned.clear()
    for (const fd of this.#files) this.close(fd)
  }

  #requireRoom(): void {
    if (this.#files.size + this.#pinned.size >= MAX_OPEN) throw new FileError('MFILE')
  }

  /** Looks whether names are found from a descriptor: Deno has its own numbers, and `/proc` may be missing. */
  #tryDescriptors(): boolean {
    const { fs } = this
    if ('Deno' in globalThis) return false
    try {
      const fd = fs.openSync('/', this.directoryFlags)
      try {
        return isSame(fs.fstatSync(fd, BIG), fs.statSync(`/proc/self/fd/${fd}/.`, BIG))
      } finally {
        fs.closeSync(fd)
      }
    } catch {
      return false
    }
  }
}

/** The options of `stat()` for exact numbers. */
export const BIG = { bigint: true } as const

/** Whether two attributes are those of the same file. */
export function isSame(a: DiskIdentity, b: DiskIdentity): boolean {
  return a.ino === b.ino && a.dev === b.dev
}

/** Makes a call of the platform. @throws {FileError} its error */
export function attempt<Result>(call: () => Result): Result {
  try {
    return call()
  } catch (error) {
    throw errorOf(error)
  }
}

function errorOf(error: unknown): FileError {
  if (error instanceof FileError) return error
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : ''
  if (code === 'ERR_ACCESS_DENIED') return new FileError('ACCES')
  if (code.startsWith('ERR_')) return new FileError('INVAL')
  const name = code.slice(1)
  return new FileError(isErrorName(name) ? name : 'IO')
}

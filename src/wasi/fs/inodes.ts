/**
 * What a file tree consists of, with POSIX semantics: names refer to files, and a file exists while a name or an open
 * file refers to it. `memory.ts` has the files in memory.
 */
import { FileError } from '../errno.js'
import { FileType, Mode } from '../layouts.js'

/** Nanoseconds since 1970; negative for earlier times. */
export type Nanoseconds = bigint

/** The owner's permission to read a file or list a directory. The guest is the owner. */
export const READ = 0o400
/** The owner's permission to write a file or change a directory. */
export const WRITE = 0o200
/** The owner's permission to traverse a directory. */
export const SEARCH = 0o100

/** The device that files in memory are on. */
const MEMORY_DEVICE = 1n

let inodes = 0n

/** The common part of all files: their attributes, as they were last known. */
abstract class Node {
  /** `filetype` of preview 1. */
  abstract readonly type: number
  device = MEMORY_DEVICE
  inode = ++inodes
  /** The permission bits, as in POSIX. */
  mode: number
  /** How many names refer to it. */
  links = 1
  accessed: Nanoseconds
  modified: Nanoseconds
  changed: Nanoseconds

  constructor(now: Nanoseconds, mode: number) {
    this.accessed = this.modified = this.changed = now
    this.mode = mode
  }

  /** Its size in bytes. */
  abstract get size(): number

  /** Reads the attributes again, if they can change without this node. */
  refresh(): void {}

  /** Whether two nodes are the same file. */
  isSame(other: Entry): boolean {
    return this.inode === other.inode && this.device === other.device
  }

  /** @throws {FileError} ACCES unless the guest has all these permissions */
  require(permissions: number): void {
    if ((this.mode & permissions) !== permissions) throw new FileError('ACCES')
  }

  /** Sets the permissions. */
  setMode(mode: number, now: Nanoseconds): void {
    this.mode = mode & Mode.BITS
    this.changed = now
  }

  /** Sets the times that are given. */
  setTimes(accessed: Nanoseconds | undefined, modified: Nanoseconds | undefined, now: Nanoseconds): void {
    this.accessed = accessed ?? this.accessed
    this.modified = modified ?? this.modified
    this.changed = now
  }

  /** Notes a change of the contents. */
  touch(now: Nanoseconds): void {
    this.modified = this.changed = now
  }

  /** Notes that an open file no longer refers to the node; called once for each time that it was acquired. */
  release(): void {}

  /**
   * Returns when the changes of an open file or directory are on the disk, if it is on one.
   *
   * @param _onlyData - whether the attributes may follow later
   */
  sync(_onlyData: boolean): void {}
}

/** For what a file is opened. */
export interface Access {
  readonly reads: boolean
  readonly writes: boolean
  /** Whether each write adds to the end of the file, also if other programs write to it. */
  readonly appends: boolean
  /** Whether each write returns when the bytes are on the disk. */
  readonly syncs: boolean
}

/** How a new file is made and opened. */
export interface NewFile extends Access {
  readonly mode: number
}

/** A regular file. */
export abstract class FileNode extends Node {
  readonly type: number = FileType.REGULAR_FILE

  /** Called when the file is opened. @throws {FileError} when it cannot be opened like that */
  abstract acquire(access: Access): void

  /** Copies bytes from `offset` to `target`. @returns how many; fewer than fit only at the end of the file */
  abstract read(offset: number, target: Uint8Array): number

  /**
   * Copies the pieces to `offset`, one after the other; a gap between the end of the file and `offset` is filled with
   * zeros.
   *
   * @returns how many bytes were written
   * @throws {FileError} FBIG, NOSPC; nothing was written in this case
   */
  abstract write(offset: number, pieces: readonly Uint8Array[], now: Nanoseconds): number

  /** Truncates the file, or extends it with zeros. @throws {FileError} FBIG, NOSPC */
  abstract resize(size: number, now: Nanoseconds): void
}

/** A symbolic link. */
export abstract class LinkNode extends Node {
  readonly type = FileType.SYMBOLIC_LINK
  /** The path that it contains. */
  readonly target: string

  constructor(now: Nanoseconds, target: string) {
    super(now, 0o777)
    this.target = target
  }

  get size(): number {
    return this.target.length
  }
}

/** What a listing says of an entry. */
export interface Listed {
  readonly text: string
  /** Larger than the numbers of the names before it. */
  readonly number: number
  readonly inode: bigint
  readonly type: number
}

/**
 * A directory. The root is its own parent. The callers of the methods that add or remove names have checked what all
 * directories have in common: whether the names exist, their types and permissions (`dirents.ts`).
 */
export abstract class DirectoryNode extends Node {
  readonly type = FileType.DIRECTORY
  parent: DirectoryNode = this
  /** Its name in its parent. */
  name = ''
  /** Whether it was removed. It may still be open, but nothing can be added to it. */
  abstract readonly isGone: boolean
  /** Whether something else begins here, so that it can be neither moved nor removed. */
  isMountPoint = false

  get size(): number {
    return 4096
  }

  /** Called when the directory is opened. */
  acquire(): void {}

  /** @throws {FileError} NOTEMPTY when it is known to have names; otherwise `remove()` or `move()` throws that */
  abstract requireEmpty(): void
  /** The entry with that name. */
  abstract get(name: string): Entry | undefined
  /** Begins a listing. @returns the number of the last name that belongs to it */
  abstract beginListing(): number
  /** The first name with a larger number. */
  abstract after(number: number): Listed | undefined
  /** Adds a new file. @returns the file, which is acquired */
  abstract makeFile(name: string, opening: NewFile, now: Nanoseconds): FileNode
  /** Adds a new directory. */
  abstract makeDirectory(name: string, now: Nanoseconds): void
  /** Adds a new symbolic link. */
  abstract makeLink(name: string, target: string, now: Nanoseconds): void
  /** Adds a name for an existing file. */
  abstract addLink(name: string, entry: FileNode | LinkNode, now: Nanoseconds): void
  /** Removes a name. */
  abstract remove(name: string, entry: Entry, now: Nanoseconds): void
  /** Moves an entry, and replaces what has the new name. */
  abstract move(name: string, entry: Entry, to: DirectoryNode, newName: string, now: Nanoseconds): void
}

/** What a name can refer to. */
export type Entry = FileNode | DirectoryNode | LinkNode

/** Which file it is, whatever node stands for it. */
export function keyOf({ device, inode }: Entry): string {
  return `${device}:${inode}`
}

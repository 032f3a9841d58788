/**
 * A file system in memory, with POSIX semantics: names refer to files, and a file exists while a name or a descriptor
 * refers to it.
 */

import { NAME_MAX } from '../../abi/limits.js'
import { copyOf, totalLength } from '../../base/bytes.js'
import { FileError } from '../errno.js'
import type { Directory } from './host-directories.js'

/** The maximum size of a file: a guest cannot address more anyway. */
export const MAX_FILE = 2 ** 30
/** The maximum number of links that the resolution of a path follows, as on Linux. */
const MAX_LINKS = 40

/** Nanoseconds since 1970; negative for earlier times. */
export type Nanoseconds = bigint

let inodes = 0n

/** The owner's permission to read a file or list a directory. The guest is the owner. */
export const READ = 0o400
/** The owner's permission to write a file or change a directory. */
export const WRITE = 0o200
/** The owner's permission to traverse a directory. */
export const SEARCH = 0o100
/** The set-user-ID bit, which a file loses when it is written to. */
const AS_OWNER = 0o4000

/** The common part of all files. */
abstract class Node {
  readonly inode = ++inodes
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

  /** @throws {FileError} ACCES unless the guest has all these permissions */
  require(permissions: number): void {
    if ((this.mode & permissions) !== permissions) throw new FileError('ACCES')
  }
}

/** A regular file. */
export class FileNode extends Node {
  #bytes: Uint8Array
  #size: number

  /** @param bytes - its contents, which belong to the file from now on */
  constructor(now: Nanoseconds, bytes: Uint8Array = new Uint8Array(0), mode = 0o644) {
    super(now, mode)
    this.#bytes = bytes
    this.#size = bytes.length
  }

  /** Its size in bytes. */
  get size(): number {
    return this.#size
  }

  /** Truncates the file, or extends it with zeros. */
  resize(size: number): void {
    this.#reserve(size)
    this.mode &= ~AS_OWNER
    if (size < this.#size) this.#bytes.fill(0, size, this.#size)
    this.#size = size
  }

  /** A view of at most `length` bytes from `offset` on; valid until the next change. */
  read(offset: number, length: number): Uint8Array {
    return this.#bytes.subarray(Math.min(offset, this.#size), Math.min(offset + length, this.#size))
  }

  /**
   * Copies the pieces to `offset`, one after the other; a gap between the end of the file and `offset` is filled with
   * zeros.
   */
  write(offset: number, pieces: readonly Uint8Array[]): void {
    const end = offset + totalLength(pieces)
    if (end === offset) return
    this.#reserve(end)
    this.mode &= ~AS_OWNER
    let at = offset
    for (const piece of pieces) {
      this.#bytes.set(piece, at)
      at += piece.length
    }
    this.#size = Math.max(this.#size, end)
  }

  #reserve(size: number): void {
    if (size > MAX_FILE) throw new FileError('FBIG')
    if (size <= this.#bytes.length) return
    try {
      const larger = new Uint8Array(Math.max(size, Math.min(this.#bytes.length * 2, MAX_FILE)))
      larger.set(this.#bytes.subarray(0, this.#size))
      this.#bytes = larger
    } catch {
      throw new FileError('NOSPC')
    }
  }
}

/** A symbolic link. */
export class LinkNode extends Node {
  readonly target: string

  constructor(now: Nanoseconds, target: string) {
    super(now, 0o777)
    this.target = target
  }
}

/** A name in a directory. */
interface Name {
  readonly text: string
  /** Larger than the numbers of all names that were added earlier. */
  readonly number: number
  /** `undefined` once the name was removed. */
  entry: Entry | undefined
}

/** The number of the first name; the numbers below it belong to `.` and `..`. */
const FIRST_NUMBER = 3

/** A directory. The root is its own parent. */
export class DirectoryNode extends Node {
  parent: DirectoryNode = this
  readonly #names = new Map<string, Name>()
  /** In the order of their numbers; up to half of them have been removed. */
  #order: Name[] = []
  #latest = FIRST_NUMBER - 1

  constructor(now: Nanoseconds, mode = 0o755) {
    super(now, mode)
  }

  /** The number of names. */
  get size(): number {
    return this.#names.size
  }

  /** The number of the newest name. */
  get latest(): number {
    return this.#latest
  }

  /** The entry with that name. */
  get(text: string): Entry | undefined {
    return this.#names.get(text)?.entry
  }

  /** Adds an entry under a name that does not exist yet. */
  put(text: string, entry: Entry): void {
    const name = { text, number: ++this.#latest, entry }
    this.#names.set(text, name)
    this.#order.push(name)
    if (entry instanceof DirectoryNode) entry.parent = this
  }

  /** Removes a name. */
  remove(text: string): void {
    const name = this.#names.get(text)
    if (name === undefined) return
    name.entry = undefined
    this.#names.delete(text)
    if (this.#order.length > 2 * this.#names.size) this.#order = this.#order.filter(({ entry }) => entry !== undefined)
  }

  /** The first name with a larger number. */
  after(number: number): { text: string; number: number; entry: Entry } | undefined {
    let [low, high] = [0, this.#order.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#order[middle]?.number ?? 0) > number) high = middle
      else low = middle + 1
    }
    for (let name = this.#order[low]; name !== undefined; name = this.#order[++low]) {
      const { text, number, entry } = name
      if (entry !== undefined) return { text, number, entry }
    }
    return undefined
  }
}

/** What a name can refer to. */
export type Entry = FileNode | DirectoryNode | LinkNode

/** The result of resolving a path. */
export interface Place {
  readonly folder: DirectoryNode
  /** The last name of the path; empty if it refers to `folder` itself, like `.` and `/` do. */
  readonly name: string
  /** The entry with that name; `undefined` if there is none. */
  readonly entry: Entry | undefined
  /** Whether the path ends in a slash, or in `.` or `..`. */
  readonly mustBeDirectory: boolean
}

/** Makes nodes from a given directory tree. */
export function fromTree({ folder, now }: { folder: Directory; now: Nanoseconds }): DirectoryNode {
  const node = new DirectoryNode(now)
  for (const [name, given] of folder) {
    if (given instanceof Uint8Array) node.put(name, new FileNode(now, copyOf(given)))
    else if (given instanceof Map) node.put(name, fromTree({ folder: given, now }))
    else if ('link' in given) node.put(name, new LinkNode(now, given.link))
  }
  return node
}

/**
 * Resolves a path, which is shorter than PATH_MAX. Nothing leads above the root.
 *
 * @param follow - whether a link at the end of the path is followed too
 * @throws {FileError} NOENT, NOTDIR, NAMETOOLONG, LOOP, ACCES
 */
export function find(root: DirectoryNode, start: DirectoryNode, path: string, follow: boolean): Place {
  if (path === '') throw new FileError('NOENT')
  let folder = path.startsWith('/') ? root : start
  let links = 0
  /** Names that remain to be resolved, the next one last. */
  const names = namesOf(path)
  const mustBeFolder = /(?:^|\/)\.{0,2}$/.test(path)
  for (;;) {
    const name = names.pop()
    if (name === undefined) return { folder, name: '', entry: folder, mustBeDirectory: true }
    if (byteLength(name) > NAME_MAX) throw new FileError('NAMETOOLONG')
    folder.require(SEARCH)
    if (name === '..') {
      folder = folder.parent
      continue
    }
    const entry = folder.get(name)
    const last = names.length === 0
    if (entry instanceof LinkNode && (!last || follow || mustBeFolder)) {
      if (++links > MAX_LINKS) throw new FileError('LOOP')
      if (entry.target.startsWith('/')) folder = root
      names.push(...namesOf(entry.target))
    } else if (last) {
      return { folder, name, entry, mustBeDirectory: mustBeFolder }
    } else if (entry instanceof DirectoryNode) {
      folder = entry
    } else {
      throw new FileError(entry === undefined ? 'NOENT' : 'NOTDIR')
    }
  }
}

/** The names in a path, the first one last. */
function namesOf(path: string): string[] {
  return path
    .split('/')
    .filter((name) => name !== '' && name !== '.')
    .reverse()
}

function byteLength(text: string): number {
  // Only long names need to be encoded to be measured.
  return text.length * 3 <= NAME_MAX ? text.length : encoder.encode(text).length
}

const encoder = new TextEncoder()

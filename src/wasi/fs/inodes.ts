/**
 * A file system in memory, with the semantics of POSIX: names lead to files, and a file lives while a name or a descriptor
 * leads to it.
 */

import { NAME_MAX } from '../../abi/limits.js'
import { copyOf, totalLength } from '../../base/bytes.js'
import { FileError } from '../errno.js'
import type { Directory } from './seed.js'

/** The longest file: a guest cannot address more anyway. */
export const MAX_FILE = 2 ** 30
/** As on Linux: the most links that a path may lead over. */
const MAX_LINKS = 40

/** Nanoseconds since 1970; before that, negative. */
export type Nanoseconds = bigint

let inodes = 0n

/** A permission of the owner, who is the guest: to read, or to list a folder. */
export const READ = 0o400
/** To write, or to change what is in a folder. */
export const WRITE = 0o200
/** To go through a folder. */
export const SEARCH = 0o100
/** The permission to act as the owner, which a file loses when it is written to. */
const AS_OWNER = 0o4000

/** What all files have. */
abstract class Node {
  readonly inode = ++inodes
  /** Permissions, as POSIX counts them. */
  mode: number
  /** How many names lead here. */
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

/** A file with bytes. */
export class FileNode extends Node {
  #bytes: Uint8Array
  #size: number

  /** @param bytes - what is in it, which belong to it from now on */
  constructor(now: Nanoseconds, bytes: Uint8Array = new Uint8Array(0), mode = 0o644) {
    super(now, mode)
    this.#bytes = bytes
    this.#size = bytes.length
  }

  /** In bytes. */
  get size(): number {
    return this.#size
  }

  /** Cuts it, or fills it up with zeros. */
  resize(size: number): void {
    this.#reserve(size)
    this.mode &= ~AS_OWNER
    if (size < this.#size) this.#bytes.fill(0, size, this.#size)
    this.#size = size
  }

  /** The bytes from there on, at most so many: not to be kept. */
  read(offset: number, length: number): Uint8Array {
    return this.#bytes.subarray(Math.min(offset, this.#size), Math.min(offset + length, this.#size))
  }

  /** Copies bytes to there, one piece after the other; what lies between the end and them becomes zeros. */
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

/** A name in a folder. */
interface Name {
  readonly text: string
  /** Larger than those of all names that were put in before. */
  readonly number: number
  /** `undefined` once it was removed. */
  entry: Entry | undefined
}

/** The number of the first name; below are those of `.` and `..`. */
const FIRST_NUMBER = 3

/** A folder. The root is its own parent. */
export class DirectoryNode extends Node {
  parent: DirectoryNode = this
  readonly #names = new Map<string, Name>()
  /** In the order of their numbers; up to half of them were removed. */
  #order: Name[] = []
  #latest = FIRST_NUMBER - 1

  constructor(now: Nanoseconds, mode = 0o755) {
    super(now, mode)
  }

  /** How many names there are. */
  get size(): number {
    return this.#names.size
  }

  /** The largest number that a name was given. */
  get latest(): number {
    return this.#latest
  }

  /** What a name leads to. */
  get(text: string): Entry | undefined {
    return this.#names.get(text)?.entry
  }

  /** Lets a name, which is not there, lead to an entry. */
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

  /** The name that follows a number. */
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

/** What a name may lead to. */
export type Entry = FileNode | DirectoryNode | LinkNode

/** Where a path leads. */
export interface Place {
  readonly folder: DirectoryNode
  /** The last name of the path; empty for the folder itself, as `.` and `/` are. */
  readonly name: string
  /** What is there; `undefined` when nothing is. */
  readonly entry: Entry | undefined
  /** The path ends in a slash, or in `.` or `..`. */
  readonly mustBeDirectory: boolean
}

/** Makes nodes of a folder that was given. */
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
 * Follows a path, which is shorter than PATH_MAX. The root is where it starts at most: nothing leads above it.
 *
 * @param follow - whether a link at its end is followed too
 * @throws {FileError} NOENT, NOTDIR, NAMETOOLONG, LOOP, ACCES
 */
export function find(root: DirectoryNode, start: DirectoryNode, path: string, follow: boolean): Place {
  if (path === '') throw new FileError('NOENT')
  let folder = path.startsWith('/') ? root : start
  let links = 0
  /** Names yet to be followed, the next one last. */
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

/** The names of a path, the first one last. */
function namesOf(path: string): string[] {
  return path
    .split('/')
    .filter((name) => name !== '' && name !== '.')
    .reverse()
}

function byteLength(text: string): number {
  // Only what is long must be counted.
  return text.length * 3 <= NAME_MAX ? text.length : encoder.encode(text).length
}

const encoder = new TextEncoder()

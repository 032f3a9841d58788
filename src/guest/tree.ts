/**
 * A file system in memory, with the semantics of POSIX: names lead to files, and a file lives while a name or a descriptor
 * leads to it.
 */
import type { Folder } from './folder.js'
import { FileError } from './wasi-errno.js'

/** The longest file: a guest cannot address more anyway. */
const MAX_FILE = 2 ** 30
/** As on Linux: the longest name and path, in bytes, and the most links that a path may lead over. */
const MAX_NAME = 255
const MAX_PATH = 4096
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

  /** Copies bytes to there; what lies between the end and them becomes zeros. */
  write(offset: number, bytes: Uint8Array): void {
    if (bytes.length === 0) return
    this.#reserve(offset + bytes.length)
    this.mode &= ~AS_OWNER
    this.#bytes.set(bytes, offset)
    this.#size = Math.max(this.#size, offset + bytes.length)
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

/** A folder. The root is its own parent. */
export class FolderNode extends Node {
  readonly entries = new Map<string, Entry>()
  parent: FolderNode = this

  constructor(now: Nanoseconds, mode = 0o755) {
    super(now, mode)
  }
}

/** What a name may lead to. */
export type Entry = FileNode | FolderNode | LinkNode

/** Where a path leads. */
export interface Place {
  readonly folder: FolderNode
  /** The last name of the path; empty for the folder itself, as `.` and `/` are. */
  readonly name: string
  /** What is there; `undefined` when nothing is. */
  readonly entry: Entry | undefined
  /** The path ends in a slash, or in `.` or `..`. */
  readonly mustBeFolder: boolean
}

/** Makes nodes of a folder that was given. */
export function plant({ folder, now }: { folder: Folder; now: Nanoseconds }): FolderNode {
  const node = new FolderNode(now)
  for (const [name, given] of folder) {
    if (given instanceof Uint8Array) node.entries.set(name, new FileNode(now, given.slice()))
    else if (given instanceof Map) adopt(node, name, plant({ folder: given, now }))
    else if ('link' in given) node.entries.set(name, new LinkNode(now, given.link))
  }
  return node
}

/** Puts an entry into a folder. */
export function adopt(folder: FolderNode, name: string, entry: Entry): void {
  folder.entries.set(name, entry)
  if (entry instanceof FolderNode) entry.parent = folder
}

/**
 * Follows a path. The root is where it starts at most: nothing leads above it.
 *
 * @param follow - whether a link at its end is followed too
 * @throws {FileError} NOENT, NOTDIR, NAMETOOLONG, LOOP, ACCES
 */
export function find(root: FolderNode, start: FolderNode, path: string, follow: boolean): Place {
  if (path === '') throw new FileError('NOENT')
  if (byteLength(path) >= MAX_PATH) throw new FileError('NAMETOOLONG')
  let folder = path.startsWith('/') ? root : start
  let links = 0
  /** Names yet to be followed, the next one last. */
  const names = namesOf(path)
  const mustBeFolder = /(?:^|\/)\.{0,2}$/.test(path)
  for (;;) {
    const name = names.pop()
    if (name === undefined) return { folder, name: '', entry: folder, mustBeFolder: true }
    if (byteLength(name) > MAX_NAME) throw new FileError('NAMETOOLONG')
    folder.require(SEARCH)
    if (name === '..') {
      folder = folder.parent
      continue
    }
    const entry = folder.entries.get(name)
    const last = names.length === 0
    if (entry instanceof LinkNode && (!last || follow || mustBeFolder)) {
      if (++links > MAX_LINKS) throw new FileError('LOOP')
      if (entry.target.startsWith('/')) folder = root
      names.push(...namesOf(entry.target))
    } else if (last) {
      return { folder, name, entry, mustBeFolder }
    } else if (entry instanceof FolderNode) {
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
  return text.length * 3 < MAX_NAME ? text.length : encoder.encode(text).length
}

const encoder = new TextEncoder()

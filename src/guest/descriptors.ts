/** The descriptors that a guest has of files: a number leads to an open file. */
import { FileNode, type FolderNode, type Nanoseconds } from './tree.js'
import { FileError } from './wasi-errno.js'

/** Flags of a descriptor: preview 1, `fdflags`. */
export const APPEND = 1

/** The right of preview 1 that a file was opened to be read. */
export const RIGHT_TO_READ = 2n
/** The same, to be written. */
export const RIGHT_TO_WRITE = 64n

/** The first and the last number. Below are the standard streams; above, the descriptors of the guest's sockets. */
const FIRST = 3
const LAST = 255

/** An open file or folder. */
export interface Opened {
  readonly node: FileNode | FolderNode
  readonly rights: bigint
  flags: number
  offset: number
  /** What was in a folder when it was first listed, so that who removes while listing misses nothing. */
  listing?: readonly Listed[]
}

/** An entry of a listing. */
export interface Listed {
  readonly name: Uint8Array
  readonly inode: bigint
  readonly type: number
}

/** Who has which number. */
export class Descriptors {
  readonly #opened: (Opened | undefined)[] = []

  /** Takes the lowest free number. */
  add(opened: Opened): number {
    let fd = FIRST
    while (this.#opened[fd] !== undefined) fd++
    if (fd > LAST) throw new FileError('MFILE')
    this.#opened[fd] = opened
    return fd
  }

  /** @throws {FileError} BADF */
  get(fd: number): Opened {
    const opened = this.#opened[fd]
    if (opened === undefined) throw new FileError('BADF')
    return opened
  }

  /** The folder of that number. */
  folder(fd: number): FolderNode {
    const { node } = this.get(fd)
    if (node instanceof FileNode) throw new FileError('NOTDIR')
    return node
  }

  /** The file of that number, which must have been opened with a right. */
  file(fd: number, right = 0n): Opened & { readonly node: FileNode } {
    const opened = this.get(fd)
    if ((opened.rights & right) !== right) throw new FileError('BADF')
    if (!isFile(opened)) throw new FileError('ISDIR')
    return opened
  }

  /** Lets go of what a number leads to. */
  close(fd: number): void {
    this.get(fd)
    this.#opened[fd] = undefined
  }

  /** Gives one number's file to another, and closes what that had. */
  move(from: number, to: number): void {
    const opened = this.get(from)
    this.get(to)
    this.#opened[from] = undefined
    this.#opened[to] = opened
  }
}

function isFile(opened: Opened): opened is Opened & { readonly node: FileNode } {
  return opened.node instanceof FileNode
}

/**
 * Reads into buffers. @returns how many bytes were read
 *
 * @param buffers - views of the guest's memory
 */
export function readFrom(node: FileNode, offset: number, buffers: readonly Uint8Array[]): number {
  let done = 0
  for (const buffer of buffers) {
    const bytes = node.read(offset + done, buffer.length)
    buffer.set(bytes)
    done += bytes.length
  }
  return done
}

/** Writes from buffers. @returns how many bytes were written */
export function writeTo(node: FileNode, offset: number, buffers: readonly Uint8Array[], now: Nanoseconds): number {
  let done = 0
  for (const buffer of buffers) {
    node.write(offset + done, buffer)
    done += buffer.length
  }
  if (done > 0) node.modified = node.changed = now
  return done
}

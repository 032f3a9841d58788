/** The file descriptors of a guest: numbers that refer to open files. */
import type { BufferList } from '../../abi/iovec.js'
import { FileError } from '../errno.js'
import { STREAMS } from '../layouts.js'
import { type DirectoryNode, FileNode, type Nanoseconds } from './inodes.js'

/** The largest number. Those above are the descriptors of the guest's sockets. */
export const LAST = 255

/** An open file or directory. */
export interface Opened {
  readonly node: FileNode | DirectoryNode
  rights: bigint
  flags: number
  offset: number
  /**
   * The number of the newest name when the listing of a directory began. It ends the listing, so that a file that is
   * renamed during the listing does not appear again and again.
   */
  listed?: number
}

/** The table of a guest's file descriptors. */
export class Descriptors {
  readonly #opened: (Opened | undefined)[] = []

  /** The lowest free number. @throws {FileError} MFILE */
  lowest(): number {
    let fd: number = STREAMS
    while (this.#opened[fd] !== undefined) fd++
    if (fd > LAST) throw new FileError('MFILE')
    return fd
  }

  /** Assigns the lowest free number to a file. */
  add(opened: Opened): number {
    const fd = this.lowest()
    this.#opened[fd] = opened
    return fd
  }

  /** @throws {FileError} BADF */
  get(fd: number): Opened {
    const opened = this.#opened[fd]
    if (opened === undefined) throw new FileError('BADF')
    return opened
  }

  /** Whether the number is in use. */
  has(fd: number): boolean {
    return this.#opened[fd] !== undefined
  }

  /** The directory with that number. */
  folder(fd: number): DirectoryNode {
    const { node } = this.get(fd)
    if (node instanceof FileNode) throw new FileError('NOTDIR')
    return node
  }

  /** The file with that number, which must have been opened with the given rights. */
  file(fd: number, right = 0n): Opened & { readonly node: FileNode } {
    const opened = this.get(fd)
    if ((opened.rights & right) !== right) throw new FileError('BADF')
    if (!isFile(opened)) throw new FileError('ISDIR')
    return opened
  }

  /** Closes a descriptor. */
  close(fd: number): void {
    const { node } = this.get(fd)
    this.#opened[fd] = undefined
    node.release()
  }

  /** Moves an open file to another number, and closes the file that had that number. */
  move(from: number, to: number): void {
    const opened = this.get(from)
    const replaced = this.get(to)
    if (opened === replaced) return
    this.#opened[from] = undefined
    this.#opened[to] = opened
    replaced.node.release()
  }
}

function isFile(opened: Opened): opened is Opened & { readonly node: FileNode } {
  return opened.node instanceof FileNode
}

/** Reads into the buffers of a call. @returns how many bytes were read */
export function readFrom(node: FileNode, offset: number, buffers: BufferList): number {
  let done = 0
  for (const buffer of buffers.views()) {
    const count = node.read(offset + done, buffer)
    done += count
    if (count < buffer.length) break
  }
  return done
}

/** Writes from the buffers of a call; see {@link FileNode.write}. @returns how many bytes were written */
export function writeTo(node: FileNode, offset: number, buffers: BufferList, now: Nanoseconds): number {
  return buffers.total === 0 ? 0 : node.write(offset, buffers.views(), now)
}

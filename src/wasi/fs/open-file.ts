/** Open files and directories, as descriptors of the kernel. */
import { FileEvent } from '../../abi/events.js'
import type { BufferList } from '../../abi/iovec.js'
import type { ErrnoName } from '../../base/errno.js'
import type { HostFile } from '../../host/contract/stream.js'
import { ByteDescriptor, Descriptor, type Result } from '../../kernel/descriptor.js'
import { Poll } from '../../kernel/readiness.js'
import { FileError } from '../errno.js'
import { FileType, Right, Whence } from '../layouts.js'
import { DeviceNode } from './devices.js'
import { type DirectoryNode, type Entry, FileNode, type Nanoseconds } from './inodes.js'
import type { FileLocks } from './locks.js'
import type { Mappings } from './mappings.js'
import { StreamNode } from './stream-node.js'
import { type Home, homeOf, type Notices } from './watch/notices.js'

/** What open files and directories need of their file tree. */
export interface OpenContext {
  /** Nanoseconds since 1970. */
  readonly now: () => Nanoseconds
  /** Those of its tree, if it is in one. */
  readonly notices?: Notices
  readonly locks?: FileLocks
  readonly mappings?: Mappings
}

/** An open regular file. */
export class OpenFile extends ByteDescriptor {
  readonly node: FileNode
  offset = 0
  /** What the guest may do with it; a guest of preview 1 can drop rights. */
  rights: bigint
  /** The name under which it was opened, if it has one. */
  readonly home: Home | undefined
  readonly #context: OpenContext

  /** @param home - belongs to the file from now on */
  constructor(node: FileNode, rights: bigint, context: OpenContext, home?: Home) {
    super(undefined, accessOf(rights))
    this.node = node
    this.rights = rights
    this.home = home
    this.#context = context
    if (home !== undefined) context.notices?.opened(home)
  }

  override get watchable(): boolean {
    return false
  }

  /** `filetype` of preview 1. */
  get fileType(): number {
    return FileType.REGULAR_FILE
  }

  override readiness(): number {
    return Poll.IN | Poll.OUT
  }

  override queued(which: 'received' | 'sent'): Result {
    return which === 'received' ? Math.max(0, this.node.size - this.offset) : 'ENOTTY'
  }

  override arrived(wanted: number): Result {
    if (!(this.rights & Right.READ)) return 'EBADF'
    return Math.min(wanted, Math.max(0, this.node.size - this.offset))
  }

  override take(heap: Uint8Array, address: number, length: number, peek: boolean): number {
    const count = this.node.read(this.offset, heap.subarray(address, address + length))
    if (!peek) this.offset += count
    if (count > 0) this.happened(FileEvent.ACCESS)
    return count
  }

  override takePayload(max: number): Uint8Array {
    const bytes = new Uint8Array(Math.min(max, Math.max(0, this.node.size - this.offset)))
    const count = this.node.read(this.offset, bytes)
    this.offset += count
    return bytes.subarray(0, count)
  }

  override write(bytes: Uint8Array): Result {
    if (!(this.rights & Right.WRITE)) return 'EBADF'
    try {
      const at = this.append ? this.node.size : this.offset
      const done = this.writeAt(at, [bytes])
      this.offset = at + done
      return done
    } catch (error) {
      if (error instanceof FileError) return error.code
      throw error
    }
  }

  override sendPayload(): Result {
    return 'EFAULT'
  }

  /**
   * Moves its offset.
   *
   * @param whence - of preview 1
   * @returns the new offset
   * @throws {FileError} INVAL
   */
  seek(offset: number, whence: number): number {
    if (whence > Whence.END) throw new FileError('INVAL')
    const from = whence === Whence.END ? this.node.size : whence === Whence.CURRENT ? this.offset : 0
    this.offset = position(from + offset)
    return this.offset
  }

  /**
   * Reads into the buffers of a call.
   *
   * @returns how many bytes were read
   */
  readInto(buffers: BufferList, offset: number): number {
    let done = 0
    for (const buffer of buffers.views()) {
      const count = this.node.read(offset + done, buffer)
      done += count
      if (count < buffer.length) break
    }
    if (done > 0) this.happened(FileEvent.ACCESS)
    return done
  }

  /** Writes pieces; see {@link FileNode.write}. @returns how many bytes were written */
  writeAt(offset: number, pieces: readonly Uint8Array[]): number {
    if (pieces.every(({ length }) => length === 0)) return 0
    const done = this.node.write(offset, pieces, this.#context.now())
    if (done === 0) return 0
    this.#context.mappings?.written(this.node, offset, pieces, done)
    this.happened(FileEvent.MODIFY)
    return done
  }

  /** Changes its size; see {@link FileNode.resize}. */
  resize(size: number): void {
    this.node.resize(size, this.#context.now())
    this.#context.mappings?.resized(this.node, size)
    this.happened(FileEvent.MODIFY)
  }

  /** Tells those that watch it what was done with it. */
  happened(event: number): void {
    this.#context.notices?.happened(event, this.node, this.home)
  }

  override close(): void {
    const { notices, locks } = this.#context
    locks?.unlock(this, this.node)
    this.happened(this.access === 'read' ? FileEvent.CLOSE_NOWRITE : FileEvent.CLOSE_WRITE)
    if (this.home !== undefined) notices?.closed(this.home)
    release(this.node, notices)
  }
}

/** An open device: reading does not depend on an offset, which is always 0. */
export class OpenDevice extends OpenFile {
  override seek(): number {
    return 0
  }

  override arrived(wanted: number): Result {
    if (!(this.rights & Right.READ) || !(this.node instanceof DeviceNode)) return 'EBADF'
    return this.node.available(wanted)
  }

  override takePayload(max: number): Uint8Array {
    const bytes = new Uint8Array(max)
    return bytes.subarray(0, this.node.read(0, bytes))
  }
}

/** An open directory. */
export class OpenDirectory extends Descriptor {
  readonly node: DirectoryNode
  rights: bigint
  /** The number of the name that was listed last. */
  offset = 0
  /**
   * The number of the newest name when the listing began. It ends the listing, so that a file that is renamed during
   * the listing does not appear again and again.
   */
  listed: number | undefined

  readonly #context: OpenContext

  constructor(node: DirectoryNode, rights: bigint, context: OpenContext) {
    super(undefined, 'read')
    this.node = node
    this.rights = rights
    this.#context = context
  }

  override get watchable(): boolean {
    return false
  }

  override get bytesRefusal(): ErrnoName {
    return 'EISDIR'
  }

  /** `filetype` of preview 1. */
  get fileType(): number {
    return FileType.DIRECTORY
  }

  /** Moves its offset; see {@link OpenFile.seek}. A directory has no end. */
  seek(offset: number, whence: number): number {
    if (whence >= Whence.END) throw new FileError('INVAL')
    this.offset = position((whence === Whence.CURRENT ? this.offset : 0) + offset)
    return this.offset
  }

  override readiness(): number {
    return Poll.IN | Poll.OUT
  }

  /** Tells those that watch it what was done with it. */
  happened(event: number): void {
    this.#context.notices?.happened(event, this.node, homeOf({ folder: this.node, name: '', entry: this.node }))
  }

  override close(): void {
    this.#context.locks?.unlock(this, this.node)
    this.happened(FileEvent.CLOSE_NOWRITE)
    release(this.node, this.#context.notices)
  }
}

/** Releases a node, which may end with it. */
function release(node: FileNode | DirectoryNode, notices: Notices | undefined): void {
  const isWatched = notices?.watches(node) ?? false
  if (isWatched && node instanceof FileNode) node.refresh()
  node.release()
  if (isWatched) notices?.endIfUnused(node, node instanceof FileNode ? node.links : node.isGone ? 0 : 1)
}

/** The descriptor, if it is an open file or directory. */
export function openedBy(descriptor: Descriptor): OpenFile | OpenDirectory | undefined {
  return descriptor instanceof OpenFile || descriptor instanceof OpenDirectory ? descriptor : undefined
}

/** The file that a standard stream is, in no directory of the guest. */
export function openStream(file: HostFile, access: Descriptor['access']): OpenFile {
  return new OpenFile(new StreamNode(file), STREAM_RIGHTS[access], { now: () => 0n })
}

const STREAM_RIGHTS = { read: Right.READ, write: Right.WRITE, both: Right.READ | Right.WRITE } as const

/** What a descriptor refers to, if it is a file or directory. */
export function entryOf(descriptor: Descriptor): FileNode | DirectoryNode | undefined {
  return openedBy(descriptor)?.node
}

/** @throws {FileError} INVAL unless it can be an offset */
function position(offset: number): number {
  if (offset < 0 || !Number.isSafeInteger(offset)) throw new FileError('INVAL')
  return offset
}

/** Whether one of these descriptors refers to an entry. */
export function isOpen(entry: Entry, descriptors: Iterable<Descriptor>): boolean {
  for (const descriptor of descriptors) if (entryOf(descriptor)?.isSame(entry)) return true
  return false
}

function accessOf(rights: bigint): 'read' | 'write' | 'both' {
  if (!(rights & Right.WRITE)) return 'read'
  return rights & Right.READ ? 'both' : 'write'
}

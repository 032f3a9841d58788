/** Open files and directories, as descriptors of the kernel. */
import type { BufferList } from '../../abi/iovec.js'
import type { ErrnoName } from '../../base/errno.js'
import { ByteDescriptor, Descriptor, type Result } from '../../kernel/descriptor.js'
import { Poll } from '../../kernel/readiness.js'
import { FileError } from '../errno.js'
import { FdFlag, Right } from '../layouts.js'
import { DeviceNode } from './devices.js'
import type { DirectoryNode, FileNode, Nanoseconds } from './inodes.js'

/** An open regular file. */
export class OpenFile extends ByteDescriptor {
  readonly node: FileNode
  offset = 0
  /** What the guest may do with it; a guest of preview 1 can drop rights. */
  rights: bigint
  readonly #now: () => Nanoseconds

  /** @param now - nanoseconds since 1970 */
  constructor(node: FileNode, rights: bigint, now: () => Nanoseconds) {
    super(undefined, accessOf(rights))
    this.node = node
    this.rights = rights
    this.#now = now
  }

  override get watchable(): boolean {
    return false
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
    return done
  }

  /** Writes pieces; see {@link FileNode.write}. @returns how many bytes were written */
  writeAt(offset: number, pieces: readonly Uint8Array[]): number {
    return pieces.some(({ length }) => length > 0) ? this.node.write(offset, pieces, this.#now()) : 0
  }

  override close(): void {
    this.node.release()
  }
}

/** An open device: reading does not depend on an offset. */
export class OpenDevice extends OpenFile {
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

  constructor(node: DirectoryNode, rights: bigint) {
    super(undefined, 'read')
    this.node = node
    this.rights = rights
  }

  override get watchable(): boolean {
    return false
  }

  override get bytesRefusal(): ErrnoName {
    return 'EISDIR'
  }

  override readiness(): number {
    return Poll.IN | Poll.OUT
  }

  override close(): void {
    this.node.release()
  }
}

/** Sets the flags of a descriptor. @param status - `fdflags` */
export function setStatus(descriptor: Descriptor, status: number): void {
  descriptor.append = (status & FdFlag.APPEND) !== 0
  descriptor.nonBlocking = (status & FdFlag.NONBLOCK) !== 0
}

function accessOf(rights: bigint): 'read' | 'write' | 'both' {
  if (!(rights & Right.WRITE)) return 'read'
  return rights & Right.READ ? 'both' : 'write'
}

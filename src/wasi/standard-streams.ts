/** The standard streams of a guest, as descriptors of its kernel. */
import { type SocketAddress, UNNAMED } from '../base/address.js'
import { NO_BYTES } from '../base/bytes.js'
import type { ErrnoName } from '../base/errno.js'
import type { HostFile, HostStream, HostTerminal, StreamType } from '../host/contract/stream.js'
import { ByteDescriptor, type Descriptor, type Result } from '../kernel/descriptor.js'
import { Poll } from '../kernel/readiness.js'
import { FileError } from './errno.js'
import type { OpenFile } from './fs/open-file.js'
import { FileType } from './layouts.js'
import type { Streams } from './stdio.js'

/** The most bytes that are read at once. */
const MOST = 1024 * 1024

const FILE_TYPES: Readonly<Record<StreamType, number>> = {
  file: FileType.REGULAR_FILE,
  directory: FileType.DIRECTORY,
  pipe: FileType.UNKNOWN,
  socket: FileType.SOCKET_STREAM,
  terminal: FileType.CHARACTER_DEVICE,
  device: FileType.CHARACTER_DEVICE,
}

/** `whence` of preview 1. */
const SEEKS = ['start', 'current', 'end'] as const

/** What a stream needs from its kernel. */
export interface StreamContext {
  /** Reports that the readiness of `descriptor` may have changed. */
  changed(descriptor: Descriptor, bytes?: number): void
}

/** A standard stream. No more bytes are read than the guest asks for. */
export class StandardStream extends ByteDescriptor {
  readonly stream: HostStream
  /** `filetype` of preview 1. */
  readonly fileType: number
  readonly #file: OpenFile | undefined
  /** Bytes that were read for the current call. */
  #held: Uint8Array = NO_BYTES
  #buffer: Uint8Array = NO_BYTES

  /**
   * @param streams - the driver's
   * @param openFile - makes the file that it may be; only for a guest that can use files as such
   */
  constructor(
    stream: HostStream,
    { waitsForRoom }: Streams,
    kernel: StreamContext,
    openFile?: (file: HostFile, access: Descriptor['access']) => OpenFile,
  ) {
    super(stream.type === 'socket' ? 'unix' : undefined, stream.access)
    this.stream = stream
    this.fileType = FILE_TYPES[stream.type]
    this.append = stream.appends
    if (stream.file !== undefined) this.#file = openFile?.(stream.file, stream.access)
    this.nonBlocking = !waitsForRoom && stream.access === 'write'
    stream.onChange = () => kernel.changed(this)
  }

  override get terminal(): HostTerminal | undefined {
    return this.stream.terminal
  }

  /** The file that it is, for the calls that read and write anywhere; `undefined` unless it is one. */
  get file(): OpenFile | undefined {
    if (this.#file !== undefined) this.#file.append = this.append
    return this.#file
  }

  override queued(which: 'received' | 'sent'): Result {
    const { file, type } = this.stream
    if (file === undefined || type !== 'file' || which === 'sent') return 'ENOTTY'
    const position = this.stream.seek(0, 'current')
    return typeof position === 'number' ? Math.max(0, file.size() - position) : position
  }

  override get watchable(): boolean {
    const { type } = this.stream
    return type === 'pipe' || type === 'socket' || type === 'terminal'
  }

  override readiness(asked: number): number {
    return (this.#readable(asked) ? Poll.IN : 0) | (this.access !== 'read' && this.stream.writable ? Poll.OUT : 0)
  }

  override arrived(wanted: number): Result {
    if (this.#held.length > 0) return this.#held.length
    const room = Math.min(wanted, MOST)
    if (this.#buffer.length < room) this.#buffer = new Uint8Array(room)
    const count = this.stream.read(this.#buffer.subarray(0, room))
    if (typeof count === 'number') this.#held = this.#buffer.subarray(0, count)
    return count
  }

  override take(heap: Uint8Array, address: number, length: number, peek: boolean): number {
    const bytes = this.#held.subarray(0, length)
    heap.set(bytes, address)
    if (!peek) this.#held = this.#held.subarray(bytes.length)
    return bytes.length
  }

  override takePayload(max: number): Uint8Array {
    const bytes = this.#held.slice(0, max)
    this.#held = this.#held.subarray(bytes.length)
    return bytes
  }

  override write(bytes: Uint8Array): Result {
    // The host's descriptor may have been opened without the flag.
    if (this.append && !this.stream.appends) this.stream.seek(0, 'end')
    return this.stream.write(bytes, !this.nonBlocking)
  }

  override outcome(waits: boolean): Result {
    return this.stream.outcome(waits)
  }

  /** A socket as stdin is taken for one without a name: that of its host means nothing to the guest. */
  override localAddress(): SocketAddress | ErrnoName {
    return this.domain === undefined ? 'ENOTSOCK' : UNNAMED
  }

  override peerAddress(): SocketAddress | ErrnoName {
    return this.localAddress()
  }

  /**
   * Moves its position.
   *
   * @param whence - of preview 1
   * @returns the new position
   * @throws {FileError} SPIPE, INVAL
   */
  seek(offset: number, whence: number): number {
    const from = SEEKS[whence]
    const position = from === undefined ? 'EINVAL' : this.stream.seek(offset, from)
    if (typeof position === 'number') return position
    throw new FileError(position === 'EINVAL' ? 'INVAL' : position === 'ESPIPE' ? 'SPIPE' : 'IO')
  }

  override sendPayload(): Result {
    return 'EFAULT'
  }

  override close(): void {
    this.stream.close()
  }

  #readable(asked: number): boolean {
    if ((asked & Poll.IN) === 0 || this.access === 'write') return false
    if (this.#held.length > 0 || this.stream.readable) return true
    this.stream.watch()
    return this.stream.readable
  }
}

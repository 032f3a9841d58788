/** The standard streams of a guest, as descriptors of its kernel. */
import { ByteDescriptor, type Descriptor, type Result } from '../kernel/descriptor.js'
import { Poll } from '../kernel/readiness.js'
import { ReceiveQueue } from '../kernel/receive-queue.js'
import { FileType } from './layouts.js'
import type { Streams } from './stdio.js'

/** How many bytes of input are asked for when a guest polls, which does not say how many it wants. */
const POLLED = 1

/** What a stream needs from its kernel. */
export interface StreamContext {
  /** Reports that the readiness of `descriptor` may have changed. */
  changed(descriptor: Descriptor, bytes?: number): void
}

/** A standard stream. */
export abstract class StandardStream extends ByteDescriptor {
  /** `filetype` of preview 1. */
  readonly fileType = FileType.CHARACTER_DEVICE

  override sendPayload(): Result {
    return 'EFAULT'
  }

  override close(): void {}
}

/** The standard input. It asks for no more bytes than the guest wants to read. */
export class StandardInput extends StandardStream {
  readonly #kernel: StreamContext
  readonly #streams: Streams
  readonly #received = new ReceiveQueue()
  #state: 'idle' | 'asking' | 'ended' | 'failed' = 'idle'

  constructor(streams: Streams, kernel: StreamContext) {
    super(undefined, 'read')
    this.#streams = streams
    this.#kernel = kernel
  }

  override readiness(asked: number): number {
    if ((asked & Poll.IN) !== 0) this.#ask(POLLED)
    return this.#received.length > 0 || this.#state === 'ended' || this.#state === 'failed' ? Poll.IN : 0
  }

  override arrived(wanted: number): Result {
    this.#ask(wanted)
    if (this.#received.length > 0) return this.#received.length
    return this.#state === 'ended' ? 0 : this.#state === 'failed' ? 'EIO' : 'EAGAIN'
  }

  override take(heap: Uint8Array, address: number, length: number, peek: boolean): number {
    return this.#received.copyTo(heap, address, length, peek)
  }

  override takePayload(max: number): Uint8Array {
    return this.#received.take(max)
  }

  override write(): Result {
    return 'EBADF'
  }

  /** Asks for bytes, unless some are there or on their way. */
  #ask(max: number): void {
    if (this.#state !== 'idle' || this.#received.length > 0) return
    this.#state = 'asking'
    this.#streams.input(max, (bytes) => {
      this.#state = bytes === undefined ? 'failed' : bytes.length === 0 ? 'ended' : 'idle'
      if (bytes !== undefined && bytes.length > 0) this.#received.push(bytes)
      this.#kernel.changed(this, bytes?.length ?? 0)
    })
  }
}

/** The standard output or the standard error. */
export class StandardOutput extends StandardStream {
  readonly #streams: Streams
  readonly #stream: 1 | 2

  constructor(stream: 1 | 2, streams: Streams, kernel: StreamContext) {
    super(undefined, 'write')
    this.append = true
    this.nonBlocking = !streams.waitsForRoom
    this.#stream = stream
    this.#streams = streams
    streams.onRoom(() => kernel.changed(this))
  }

  override readiness(): number {
    return this.#streams.outputRoom > 0 ? Poll.OUT : 0
  }

  override arrived(): Result {
    return 'EBADF'
  }

  override take(): number {
    return 0
  }

  override takePayload(): Uint8Array {
    return new Uint8Array(0)
  }

  override write(bytes: Uint8Array): Result {
    const room = this.#streams.outputRoom
    if (bytes.length === 0) return 0
    if (room === 0) return 'EAGAIN'
    const taken = bytes.slice(0, room)
    this.#streams.output(this.#stream, taken)
    return taken.length
  }
}

import { type BigIntStats, fstatSync, readSync, writeSync } from 'node:fs'
import type { ErrnoName } from '../../base/errno.js'
import type { SeekFrom, StreamStat } from '../contract/stream.js'
import { BaseStream, type StreamParts } from '../stream/base-stream.js'
import { attempt, DescriptorFile } from './descriptor-file.js'
import { moveOffset } from './file-offset.js'

/** The parts of a stream over a descriptor of the operating system. */
export interface DescriptorParts extends StreamParts {
  readonly fd: number
  /** Whether a read or a write of the descriptor may block this thread. */
  readonly mayBlock: boolean
}

/**
 * A stream over a descriptor of the operating system. It is read and written directly, by whichever thread the guest
 * runs in, so that nothing is read that the guest does not ask for, and a failed write is reported by that write. The
 * relay only waits until that is possible.
 */
export class DescriptorStream extends BaseStream {
  readonly #fd: number
  /** Whether the descriptor may block. The relay's handle ends that. */
  #careful: boolean
  /** Files and devices, which never make a caller wait. */
  readonly #immediate: boolean
  #readable = false
  #watching = false
  #unsure = false

  /** @param parts - see {@link DescriptorParts} */
  constructor(parts: DescriptorParts) {
    const isFile = parts.type === 'file' || parts.type === 'device'
    super({ ...parts, file: isFile ? new DescriptorFile(parts.fd) : undefined })
    this.#fd = parts.fd
    this.#careful = parts.mayBlock
    this.#immediate = isImmediate(parts.type)
  }

  get readable(): boolean {
    return this.#immediate || this.#readable
  }

  get unsure(): boolean {
    return this.#unsure
  }

  watch(): void {
    if (this.#watching || this.readable || this.access === 'write') return
    this.#watching = true
    this.#unsure = true
    this.relay.want(0)
  }

  read(into: Uint8Array): number | ErrnoName {
    if (this.#careful && !this.readable) {
      this.watch()
      if (!this.readable) return 'EAGAIN'
    }
    this.#readable = false
    const result = attempt(() => readSync(this.#fd, into, 0, into.length, null))
    if (result === 'EAGAIN') this.watch()
    return result
  }

  seek(offset: number, from: SeekFrom): number | ErrnoName {
    // Its listing, which is all that has a position, cannot be read here.
    if (this.type === 'directory') return offset === 0 ? 0 : 'EINVAL'
    return this.#immediate ? moveOffset(this.#fd, offset, from) : 'ESPIPE'
  }

  stat(): StreamStat {
    return attributesOf(fstatSync(this.#fd, { bigint: true }))
  }

  onInput(bytes: Uint8Array | ErrnoName): void {
    this.#careful = false
    this.#watching = false
    this.#unsure = false
    // After a failure, the next read reports the reason.
    this.#readable = bytes !== 'EAGAIN'
    this.onChange()
  }

  override close(): void {
    this.#unsure = false
    super.close()
  }

  onNothing(): void {
    this.#unsure = false
    this.onChange()
  }

  override onSent(error: ErrnoName | undefined): void {
    this.#careful = false
    super.onSent(error)
  }

  protected attempt(bytes: Uint8Array): number | ErrnoName {
    if (this.#careful) return bytes.length === 0 ? 0 : 'EAGAIN'
    return attempt(() => writeSync(this.#fd, bytes))
  }
}

/** Whether streams of that type never make a caller wait. */
export function isImmediate(type: StreamParts['type']): boolean {
  return type === 'file' || type === 'directory' || type === 'device'
}

function attributesOf(stat: BigIntStats): StreamStat {
  return {
    size: Number(stat.size),
    mode: Number(stat.mode) & 0o777,
    inode: stat.ino,
    links: Number(stat.nlink),
    accessed: stat.atimeNs,
    modified: stat.mtimeNs,
    changed: stat.ctimeNs,
  }
}

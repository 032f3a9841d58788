import { NO_BYTES } from '../../base/bytes.js'
import type { ErrnoName } from '../../base/errno.js'
import type { StreamStat } from '../contract/stream.js'
import { BaseStream, STREAM_WINDOW, type StreamParts } from './base-stream.js'

/** The attributes of a stream that has none of its own. */
const NO_STAT = { size: 0, inode: 0n, links: 1, accessed: 0n, modified: 0n, changed: 0n } as const

/** A stream whose bytes all pass through its relay. */
export class RelayedStream extends BaseStream {
  /** Bytes that came and were not read. */
  #rest: Uint8Array = NO_BYTES
  #ended = false
  #error: ErrnoName | undefined
  #asked = false
  #unsure = false

  /** @param parts - see {@link StreamParts} */
  constructor(parts: StreamParts) {
    super(parts)
  }

  get readable(): boolean {
    return this.#rest.length > 0 || this.#ended || this.#error !== undefined
  }

  get unsure(): boolean {
    return this.#unsure
  }

  watch(): void {
    this.#ask(STREAM_WINDOW)
  }

  read(into: Uint8Array): number | ErrnoName {
    if (!this.readable) this.#ask(into.length)
    if (this.#rest.length > 0) {
      const count = Math.min(into.length, this.#rest.length)
      into.set(this.#rest.subarray(0, count))
      this.#rest = this.#rest.subarray(count)
      return count
    }
    const error = this.#error
    this.#error = undefined
    if (error !== undefined) return error
    if (!this.#ended) return 'EAGAIN'
    // Like Ctrl-D: more may come after the end.
    if (this.type === 'terminal') this.#ended = false
    return 0
  }

  seek(): ErrnoName {
    return 'ESPIPE'
  }

  stat(): StreamStat {
    return { ...NO_STAT, mode: this.type === 'socket' ? 0o777 : this.type === 'pipe' ? 0o600 : 0o620 }
  }

  onInput(bytes: Uint8Array | ErrnoName): void {
    this.#asked = false
    this.#unsure = false
    if (typeof bytes === 'string') this.#error = bytes
    else if (bytes.length === 0) this.#ended = true
    else this.#rest = bytes
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

  protected attempt(bytes: Uint8Array): number | ErrnoName {
    return bytes.length === 0 ? 0 : 'EAGAIN'
  }

  #ask(max: number): void {
    if (this.#asked || this.readable) return
    this.#asked = true
    this.#unsure = true
    this.relay.want(Math.min(max, STREAM_WINDOW))
  }
}

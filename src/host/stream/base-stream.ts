import type { ErrnoName } from '../../base/errno.js'
import type {
  HostFile,
  HostStream,
  HostTerminal,
  SeekFrom,
  StreamAccess,
  StreamRelay,
  StreamRelayEvents,
  StreamStat,
  StreamType,
} from '../contract/stream.js'

/** How many bytes of a stream may be in transit: what a pipe holds on Linux. */
export const STREAM_WINDOW = 64 * 1024

/** What a stream is made of. */
export interface StreamParts {
  readonly type: StreamType
  readonly access: StreamAccess
  /** See {@link HostStream.appends}; `false` by default. */
  readonly appends?: boolean
  readonly relay: StreamRelay
  /** How many bytes are kept for a program that cannot wait; 0 if it can. */
  readonly room: number
  /** See {@link StreamGiven.window}. */
  readonly window?: number
  readonly terminal?: HostTerminal | undefined
  readonly file?: HostFile | undefined
}

/**
 * A stream whose bytes are sent by a relay, as far as they cannot be written at once. At most a window of them is
 * kept, so that a caller that does not wait gets on; the failure of kept bytes is reported by the next write.
 */
export abstract class BaseStream implements HostStream, StreamRelayEvents {
  readonly type: StreamType
  readonly access: StreamAccess
  readonly appends: boolean
  readonly terminal: HostTerminal | undefined
  readonly file: HostFile | undefined
  onChange = (): void => {}
  protected readonly relay: StreamRelay
  /** Whether callers can wait at all. */
  readonly #patient: boolean
  readonly #room: number
  /** The sizes of the pieces that the relay has and has not sent yet, and their sum. */
  readonly #sizes: number[] = []
  #kept = 0
  /** The bytes of a write whose caller waits for the outcome. */
  #awaited = 0
  #error: ErrnoName | undefined

  protected constructor({
    type,
    access,
    appends = false,
    relay,
    room,
    window = Number.POSITIVE_INFINITY,
    terminal,
    file,
  }: StreamParts) {
    this.type = type
    this.access = access
    this.appends = appends
    this.terminal = terminal
    this.file = file
    this.relay = relay
    this.#patient = room === 0
    this.#room = Math.min(room || STREAM_WINDOW, window)
    relay.events = this
  }

  abstract readonly readable: boolean
  abstract readonly unsure: boolean
  abstract watch(): void
  abstract read(into: Uint8Array): number | ErrnoName
  abstract seek(offset: number, from: SeekFrom): number | ErrnoName
  abstract stat(): StreamStat
  abstract onInput(bytes: Uint8Array | ErrnoName): void
  abstract onNothing(): void

  get writable(): boolean {
    return this.#awaited > 0 ? this.#kept === 0 : this.#kept < this.#room
  }

  write(bytes: Uint8Array, waits: boolean): number | ErrnoName {
    const error = this.#error
    this.#error = undefined
    if (error !== undefined) return error
    if (this.#kept === 0) {
      const taken = this.attempt(bytes)
      if (taken !== 'EAGAIN' || bytes.length === 0) return taken
    } else if (!this.writable) return 'EAGAIN'
    const kept = bytes.slice(0, this.#room - this.#kept)
    this.#sizes.push(kept.length)
    this.#kept += kept.length
    this.relay.send(kept)
    if (!waits || !this.#patient) return kept.length
    this.#awaited = kept.length
    return this.outcome(true)
  }

  outcome(waits: boolean): number | ErrnoName {
    if (waits && this.#kept > 0) return 'EINPROGRESS'
    const error = this.#error
    const done = this.#awaited
    this.#error = undefined
    this.#awaited = 0
    return error ?? done
  }

  onSent(error: ErrnoName | undefined): void {
    this.#kept -= this.#sizes.shift() ?? 0
    this.#error ??= error
    this.onChange()
  }

  close(): void {
    this.onChange = () => {}
    this.relay.close(false)
  }

  /** Writes bytes without the relay. @returns how many were taken; EAGAIN to leave them to the relay */
  protected abstract attempt(bytes: Uint8Array): number | ErrnoName
}

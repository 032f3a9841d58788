/** The contract of the standard streams: what the descriptors 0, 1 and 2 of a guest are connected to. */
import type { ErrnoName } from '../../base/errno.js'

/** What a stream is, as `fstat()` tells it; a `device` is a character device other than a terminal. */
export type StreamType = 'file' | 'directory' | 'pipe' | 'socket' | 'terminal' | 'device'

/** Which directions a stream has. */
export type StreamAccess = 'read' | 'write' | 'both'

/** Where an offset counts from. */
export type SeekFrom = 'start' | 'current' | 'end'

/** The attributes of a stream. Times are in nanoseconds since 1970. */
export interface StreamStat {
  readonly size: number
  /** The permissions, nine bits. */
  readonly mode: number
  /** Equal numbers mean the same file. */
  readonly inode: bigint
  readonly links: number
  readonly accessed: bigint
  readonly modified: bigint
  readonly changed: bigint
}

/** The size of a terminal, in characters. */
export interface TerminalSize {
  readonly columns: number
  readonly rows: number
}

/** The settings of a terminal, with the numbers that Linux has for them. */
export interface TerminalSettings {
  readonly input: number
  readonly output: number
  readonly control: number
  readonly local: number
  /** The control characters, in the order of `c_cc`. */
  readonly characters: readonly number[]
}

/** What only terminals can do. */
export interface HostTerminal {
  /** Its size now. */
  size(): TerminalSize | ErrnoName
  /** Its settings now. */
  settings(): TerminalSettings | ErrnoName
  /** Changes its settings, after the output that was written before. */
  change(settings: TerminalSettings): ErrnoName | undefined
  /** Drops input that has not been read. */
  flush(): void
}

/** What only files can do: being read and written elsewhere than at their position. No call throws. */
export interface HostFile {
  /** How many bytes it has now. */
  size(): number
  /** Reads from an offset. @returns how many bytes; 0 at the end */
  readAt(into: Uint8Array, offset: number): number | ErrnoName
  /** Writes to an offset. @returns how many bytes were taken, from the front */
  writeAt(bytes: Uint8Array, offset: number): number | ErrnoName
  /** Truncates the file, or extends it with zeros. */
  resize(size: number): ErrnoName | 0
  /** Returns when what was written is on the disk. @param onlyData - whether the attributes may follow later */
  sync(onlyData: boolean): ErrnoName | 0
}

/** A stream. No call waits, and none throws; a change of its state is reported by {@link HostStream.onChange}. */
export interface HostStream {
  readonly type: StreamType
  readonly access: StreamAccess
  /** Whether all bytes are written at the end of the file. */
  readonly appends: boolean
  /** `undefined` unless it is a terminal. */
  readonly terminal: HostTerminal | undefined
  /** `undefined` unless it is a file or a device that can be reached from here. */
  readonly file: HostFile | undefined
  /** Called when {@link HostStream.readable} or {@link HostStream.writable} may have changed. Set by the owner. */
  onChange: () => void
  /** Whether a read is known not to wait. */
  readonly readable: boolean
  /** Whether a write does not wait. */
  readonly writable: boolean
  /** Whether it is still being found out if there is anything to read, which takes moments. */
  readonly unsure: boolean
  /** Begins to find out whether there is anything to read, unless that is known. */
  watch(): void
  /**
   * Reads at most as many bytes as there is room for, and takes no more from their source where that is possible.
   *
   * @returns how many; 0 is the end; EAGAIN when there are none yet
   */
  read(into: Uint8Array): number | ErrnoName
  /**
   * Writes bytes, which stay the caller's.
   *
   * @param waits - whether the caller waits for the outcome
   * @returns how many were taken, from the front; EAGAIN for none; EINPROGRESS when their outcome is not known before
   *   the stream is writable again, which only a caller that waits gets: then {@link HostStream.outcome} has it
   */
  write(bytes: Uint8Array, waits: boolean): number | ErrnoName
  /**
   * The outcome of a write that was in progress: how many bytes were taken. 0 if there was none.
   *
   * @param waits - whether the caller goes on waiting, and gets EINPROGRESS; otherwise the bytes count as taken
   */
  outcome(waits: boolean): number | ErrnoName
  /** Moves its position, which it shares with other processes, and returns it. */
  seek(offset: number, from: SeekFrom): number | ErrnoName
  /** Its attributes now. */
  stat(): StreamStat
  /** Called when the last descriptor of the guest is closed. */
  close(): void
}

/**
 * The part of a stream that needs an event loop. Each request is answered by one event, which may come before the call
 * returns.
 */
export interface StreamRelay {
  /** Set by the owner. */
  events: StreamRelayEvents
  /** Asks for at most `max` bytes, or for the moment at which they can be read. There is one request at a time. */
  want(max: number): void
  /** Sends bytes, which belong to the relay. */
  send(bytes: Uint8Array): void
  /**
   * Nothing more will be asked for.
   *
   * @param drop - whether bytes that wait to be sent are dropped; otherwise they are still sent
   */
  close(drop: boolean): void
}

/** The receiver of a relay's events. */
export interface StreamRelayEvents {
  /** Bytes have come, or can be read; none mean the end, if bytes were asked for. */
  onInput(bytes: Uint8Array | ErrnoName): void
  /** Nothing has come during a turn of the event loop since it was asked for. */
  onNothing(): void
  /** The oldest bytes were sent, or could not be. */
  onSent(error: ErrnoName | undefined): void
}

/** A stream before it is opened, in a form that can be passed to another thread. */
export interface StreamGiven {
  readonly type: StreamType
  readonly access: StreamAccess
  /** See {@link HostStream.appends}. */
  readonly appends: boolean
  /** How many bytes may be in transit at most, if that is less than otherwise. */
  readonly window?: number
  /** The descriptor of the operating system to read and write; without one, all bytes pass through the relay. */
  readonly descriptor?: {
    readonly fd: number
    /** Whether a read or a write of it may block the thread. */
    readonly mayBlock: boolean
  }
}

/** What a guest's stream is connected to. */
export interface StreamSource {
  readonly given: StreamGiven
  readonly relay: StreamRelay
  /**
   * Opens it in this thread.
   *
   * @param relay - its relay, or a wrapper of it
   * @param room - how many bytes are kept for a program that cannot wait; 0 if it can
   */
  open(relay: StreamRelay, room: number): HostStream
}

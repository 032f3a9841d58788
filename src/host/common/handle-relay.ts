/**
 * Waits for a descriptor of the operating system with a handle of Node. Its stream would read ahead, so the handle is
 * given a buffer without room: it then reports that there is something to read, and reads nothing.
 */
import type { Socket } from 'node:net'
import { NO_BYTES } from '../../base/bytes.js'
import type { StreamAccess, StreamRelay, StreamRelayEvents, StreamType } from '../contract/stream.js'
import { codeOf, nameOfCode } from './errors.js'

/** The calls of a handle that are used here. */
interface ReadingHandle {
  onread: () => void
  useUserBuffer(buffer: Uint8Array): void
  readStart(): number
  readStop(): number
}

/** Options for a socket that reads nothing by itself. */
const UNREAD = { allowHalfOpen: true, manualStart: true } as const

/** A descriptor to wait for. */
export interface HandleRelayParts {
  readonly fd: number
  readonly type: StreamType
  readonly access: StreamAccess
  /** See `Host.defer()`. */
  readonly defer: (callback: () => void) => void
  /** Called when the descriptor is not needed any more, unless the handle has closed it. */
  readonly onClose: () => void
}

/** The relay of a stream over a pipe, a socket or a terminal. */
export class HandleRelay implements StreamRelay {
  events: StreamRelayEvents = { onInput() {}, onNothing() {}, onSent() {} }
  readonly #parts: HandleRelayParts
  #socket: Socket | undefined
  #handle: ReadingHandle | undefined
  #wanting = false
  #sending = 0
  #closed = false
  #ended = false
  /** Whether the handle closes the descriptor. That of a terminal has opened it once more, and closes only that. */
  #handleCloses = false

  /** @param parts - what to wait for; the handle is made when it is first needed */
  constructor(parts: HandleRelayParts) {
    this.#parts = parts
  }

  want(): void {
    this.#wanting = true
    try {
      this.#open()
      this.#handle?.readStart()
    } catch {
      // Without a handle there is no way to wait: the read itself tells why.
      this.#report()
      return
    }
    // The handle is polled at the end of this turn at the latest, and reports in the next one.
    this.#parts.defer(() =>
      this.#parts.defer(() => {
        if (this.#wanting) this.events.onNothing()
      }),
    )
  }

  send(bytes: Uint8Array): void {
    this.#sending++
    const sent = (error?: Error | null): void => {
      this.#sending--
      this.events.onSent(error ? nameOfCode(codeOf(error)) : undefined)
      if (this.#closed && this.#sending === 0) this.#end()
    }
    try {
      this.#open().write(bytes, sent)
    } catch (error) {
      sent(error instanceof Error ? error : undefined)
    }
  }

  close(drop: boolean): void {
    this.#wanting = false
    if (!this.#closed) this.#handle?.readStop()
    this.#closed = true
    if (drop || this.#sending === 0) this.#end()
  }

  #end(): void {
    if (this.#ended) return
    this.#ended = true
    this.#socket?.destroy()
    if (!this.#handleCloses) this.#parts.onClose()
  }

  #open(): Socket {
    if (this.#socket !== undefined) return this.#socket
    const { fd, type, access } = this.#parts
    const directions = { readable: access !== 'write', writable: access !== 'read' }
    // Loaded only here, since most programs never wait for their streams.
    const socket =
      type === 'terminal'
        ? new (process.getBuiltinModule('node:tty').ReadStream)(fd)
        : new (process.getBuiltinModule('node:net').Socket)({ fd, ...directions, ...UNREAD })
    // Each write reports its own failure.
    socket.on('error', () => {})
    const handle: unknown = Reflect.get(socket, '_handle')
    if (isReadingHandle(handle)) {
      handle.useUserBuffer(NO_BYTES)
      handle.onread = () => this.#report()
      this.#handle = handle
    }
    this.#socket = socket
    this.#handleCloses = Reflect.get(Object(handle), 'fd') === fd
    return socket
  }

  #report(): void {
    this.#handle?.readStop()
    if (!this.#wanting) return
    this.#wanting = false
    this.events.onInput(NO_BYTES)
  }
}

function isReadingHandle(handle: unknown): handle is ReadingHandle {
  return (
    typeof handle === 'object' &&
    handle !== null &&
    'useUserBuffer' in handle &&
    'readStart' in handle &&
    'readStop' in handle
  )
}

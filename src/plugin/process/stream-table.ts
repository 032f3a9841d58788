/** The streams of one plugin that go through its channel. */
import type { Duplex } from 'node:stream'
import { ERRNO_NAMES, type ErrnoName } from '../../base/errno.js'
import { HostError } from '../../host/contract/error.js'
import type { Channel } from './channel.js'
import { Frame } from './frames.js'
import { RelayedDuplex } from './relayed-duplex.js'

/** The most streams of a plugin at once. */
const STREAMS = 512

/** Whether a frame is about a stream. */
const isStreamFrame = (kind: number): boolean => kind >= Frame.OPEN && kind <= Frame.RESET

/** What the table tells. */
export interface StreamTableEvents {
  /** The other end has opened a stream to a service, which is to be accepted or refused. */
  onOpen(service: string, accept: () => Duplex, refuse: (error: Error) => void): void
}

/** Opens streams, and receives those that the other end opens. Each end has its own ids, odd or even. */
export class StreamTable {
  readonly #channel: Channel
  readonly #events: StreamTableEvents
  readonly #streams = new Map<number, RelayedDuplex>()
  /** What waits for its stream to be accepted. */
  readonly #opening = new Map<number, { resolve(stream: Duplex): void; reject(error: Error): void }>()
  /** Ids that the other end has opened, and that were not accepted or refused yet. */
  readonly #asked = new Set<number>()
  #next: number
  #isOver = false

  /** @param first - 1 or 2 */
  constructor(channel: Channel, first: 1 | 2, events: StreamTableEvents) {
    this.#channel = channel
    this.#next = first
    this.#events = events
  }

  /** Opens a stream to a service of the other end. */
  open(service: string): Promise<Duplex> {
    if (this.#isOver) return Promise.reject(gone())
    const id = this.#next
    this.#next += 2
    this.#channel.send(Frame.OPEN, id, encoder.encode(service))
    return new Promise((resolve, reject) => this.#opening.set(id, { resolve, reject }))
  }

  /** Takes a frame. @returns what is wrong with it, if anything is; `undefined` also if it is not about streams */
  take(kind: number, id: number, payload: Uint8Array): string | undefined {
    if (!isStreamFrame(kind)) return undefined
    if (kind === Frame.OPEN) return this.#opened(id, decoder.decode(payload))
    const opening = this.#opening.get(id)
    if (opening !== undefined) {
      this.#opening.delete(id)
      if (kind === Frame.ACCEPT) opening.resolve(this.#add(id))
      else if (kind === Frame.RESET) opening.reject(readError(payload))
      else return 'a stream was used before it was accepted'
      return undefined
    }
    const stream = this.#streams.get(id)
    // What has ended here may still be used there.
    if (stream === undefined) return undefined
    if (kind === Frame.DATA) return stream.receive(payload) ? undefined : 'a stream has sent more than it may'
    if (kind === Frame.CREDIT) {
      const bytes = payload.length === 4 ? new DataView(payload.buffer, payload.byteOffset).getUint32(0) : Number.NaN
      return stream.give(bytes) ? undefined : 'a stream has given wrong credit'
    }
    if (kind === Frame.END) stream.finish()
    else if (kind === Frame.RESET) stream.lose(readError(payload))
    return undefined
  }

  /** Breaks all streams: the other end is gone. */
  end(): void {
    this.#isOver = true
    for (const { reject } of this.#opening.values()) reject(gone())
    this.#opening.clear()
    for (const stream of [...this.#streams.values()]) stream.lose()
  }

  #opened(id: number, service: string): string | undefined {
    if (id % 2 === this.#next % 2 || this.#streams.has(id) || this.#asked.has(id)) return 'a stream has a wrong id'
    if (this.#streams.size + this.#asked.size >= STREAMS) return 'it has too many streams'
    this.#asked.add(id)
    this.#events.onOpen(
      service,
      () => {
        this.#asked.delete(id)
        this.#channel.send(Frame.ACCEPT, id)
        return this.#add(id)
      },
      (error) => {
        this.#asked.delete(id)
        this.#channel.sendJson(Frame.RESET, id, writeError(error))
      },
    )
    return undefined
  }

  #add(id: number): RelayedDuplex {
    const channel = this.#channel
    const stream = new RelayedDuplex({
      data: (bytes) => channel.send(Frame.DATA, id, bytes),
      credit: (bytes) => {
        const payload = new Uint8Array(4)
        new DataView(payload.buffer).setUint32(0, bytes)
        channel.send(Frame.CREDIT, id, payload)
      },
      end: () => channel.send(Frame.END, id),
      reset: (error) => channel.sendJson(Frame.RESET, id, writeError(error)),
      over: () => this.#streams.delete(id),
    })
    this.#streams.set(id, stream)
    return stream
  }
}

function gone(): HostError {
  return new HostError('ECONNREFUSED', 'Cannot connect to the guest: it has ended')
}

/** An error in a frame. */
function writeError(error: Error | undefined): unknown {
  const code = error instanceof HostError ? error.code : 'ECONNRESET'
  return { code, message: error?.message.slice(0, 500) ?? 'the stream was closed' }
}

/** Reads an error that may say anything. */
function readError(payload: Uint8Array): HostError {
  let value: unknown
  try {
    value = JSON.parse(decoder.decode(payload))
  } catch {
    value = undefined
  }
  const { code, message } = Object(value)
  return new HostError(isErrno(code) ? code : 'ECONNRESET', String(message ?? '').slice(0, 500))
}

function isErrno(code: unknown): code is ErrnoName {
  return ERRNO_NAMES.some((name) => name === code)
}

const encoder = new TextEncoder()
const decoder = new TextDecoder()

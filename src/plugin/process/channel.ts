/** The connection between a host application and the process of a plugin. */
import type { Duplex } from 'node:stream'
import { NO_BYTES } from '../../base/bytes.js'
import { encodeFrame, FrameReader, type OnFrame, PAYLOAD } from './frames.js'

/** What a channel tells. */
export interface ChannelEvents {
  readonly onFrame: OnFrame
  /** No frame follows. @param reason - what is wrong with the peer's frames; `undefined` if it has ended */
  readonly onEnd: (reason: string | undefined) => void
}

/** Sends and receives frames. */
export class Channel {
  readonly #socket: Duplex
  readonly #events: ChannelEvents
  #isOver = false

  /** @param socket - the connection, which belongs to the channel */
  constructor(socket: Duplex, events: ChannelEvents) {
    this.#socket = socket
    this.#events = events
    const reader = new FrameReader((kind, id, payload) => {
      if (!this.#isOver) events.onFrame(kind, id, payload)
    })
    socket.on('data', (bytes: Uint8Array) => {
      try {
        if (!this.#isOver) reader.take(bytes)
      } catch (error) {
        this.close(error instanceof Error ? error.message : String(error))
      }
    })
    socket.on('error', () => {})
    socket.on('close', () => this.close())
    socket.on('end', () => this.close())
  }

  /** How many bytes wait to be sent. */
  get waiting(): number {
    return this.#socket.writableLength
  }

  /** Sends a frame, unless the channel is closed. */
  send(kind: number, id = 0, payload: Uint8Array = NO_BYTES): void {
    if (!this.#isOver) this.#socket.write(encodeFrame(kind, id, payload))
  }

  /** Sends contents in frames of one kind, as many as it takes. */
  sendParts(kind: number, id: number, contents: Uint8Array): void {
    for (let at = 0; at < contents.length; at += PAYLOAD) this.send(kind, id, contents.subarray(at, at + PAYLOAD))
  }

  /** Sends a value as JSON. @returns `false` if it is too long, and was not sent */
  sendJson(kind: number, id: number, value: unknown): boolean {
    const payload = encoder.encode(JSON.stringify(value))
    if (payload.length > PAYLOAD) return false
    this.send(kind, id, payload)
    return true
  }

  /** Ends it: no frame follows. @param reason - what is wrong with the peer's frames */
  close(reason?: string): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#socket.destroy()
    this.#events.onEnd(reason)
  }
}

const encoder = new TextEncoder()

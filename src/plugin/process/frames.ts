/**
 * The frames between a host application and the process of a plugin: the length of the rest in 4 bytes, a kind, an id
 * in 4 bytes, and a payload. The host application trusts none of them.
 */

/** Kinds of frames. Each is sent in one direction, unless both are named. */
export const Frame = {
  /** To the plugin: a part of the module. */
  MODULE: 1,
  /** To the plugin: all of the module was sent; the rest of what it is started with, in parts. */
  START: 2,
  /** To the plugin: all was sent. */
  GO: 3,
  /** To the plugin: a part of the files below the path in memory with that id. */
  GIVEN: 25,
  /** The guest was loaded, and runs. */
  READY: 4,
  /** It could not be loaded: the error, as JSON. */
  UNFIT: 5,
  /** Bytes that it wrote to the stream with that id, 1 or 2. */
  OUTPUT: 6,
  /** To the plugin: the oldest output was taken; the payload is the error, if there is one. */
  TAKEN: 7,
  /** It wants a piece of its input. */
  WANT: 8,
  /** To the plugin: a piece of its input; none at the end. The id is 1 if the input has failed. */
  INPUT: 9,
  /** It tells of something: `{ hook, of }`, a hook and its arguments. */
  TELL: 10,
  /** It asks the broker about an attempt, which is the payload. */
  ASK: 11,
  /** To the plugin: the answer to the question with that id; the payload is one byte, 0 or 1. */
  ANSWER: 12,
  /** The use of each limit. */
  USAGE: 13,
  /**
   * How the guest ended. The same frame answers when it was received, and the process may end: whatever the host
   * application wrote to one that has ended would break the connection, with what was not read yet.
   */
  OUTCOME: 14,
  /** To the plugin: a signal, whose number is the id. The same frame answers when it was received. */
  SIGNAL: 15,
  /** To the plugin: asks for the files below the path that is the payload. Answered by parts of them. */
  FILES: 16,
  /** All files with that id were sent. The payload is the reason, if there are none. */
  FILES_END: 17,
  /** To the plugin: asks whether it is alive. Answered by the same frame. */
  PING: 18,
  /** Either way: opens a stream to the service that is the payload. */
  OPEN: 19,
  /** Either way: the stream was accepted. */
  ACCEPT: 20,
  /** Either way: bytes of a stream. */
  DATA: 21,
  /** Either way: as many more bytes may be sent; the payload is a number of 4 bytes. */
  CREDIT: 22,
  /** Either way: a stream has no more bytes. */
  END: 23,
  /** Either way: a stream is broken, or was refused; the payload is an error. */
  RESET: 24,
} as const

/** The most bytes of a payload. Longer contents are sent in parts. */
export const PAYLOAD = 64 * 1024

const LENGTH = 4
const HEAD = 5

/** The bytes of a frame. */
export function encodeFrame(kind: number, id: number, payload: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(LENGTH + HEAD + payload.length)
  const fields = new DataView(bytes.buffer)
  fields.setUint32(0, HEAD + payload.length)
  fields.setUint8(LENGTH, kind)
  fields.setUint32(LENGTH + 1, id)
  bytes.set(payload, LENGTH + HEAD)
  return bytes
}

/** Receives a frame. The payload is its own. */
export type OnFrame = (kind: number, id: number, payload: Uint8Array) => void

/** Parts bytes into frames. It holds less than one frame. */
export class FrameReader {
  readonly #onFrame: OnFrame
  #rest: Uint8Array = new Uint8Array(0)

  constructor(onFrame: OnFrame) {
    this.#onFrame = onFrame
  }

  /** Takes the next bytes. @throws {RangeError} when the length of a frame is not valid */
  take(bytes: Uint8Array): void {
    let all = bytes
    if (this.#rest.length > 0) {
      all = new Uint8Array(this.#rest.length + bytes.length)
      all.set(this.#rest)
      all.set(bytes, this.#rest.length)
    }
    const fields = new DataView(all.buffer, all.byteOffset, all.byteLength)
    let at = 0
    while (all.length - at >= LENGTH) {
      const length = fields.getUint32(at)
      if (length < HEAD || length > HEAD + PAYLOAD) throw new RangeError(`a frame has the length ${length}`)
      if (all.length - at < LENGTH + length) break
      const start = at + LENGTH
      at = start + length
      this.#onFrame(fields.getUint8(start), fields.getUint32(start + 1), all.slice(start + HEAD, at))
    }
    this.#rest = all.slice(at)
  }
}

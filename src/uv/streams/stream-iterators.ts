/**
 * Streams as async iterables. Nothing is read or accepted before the consumer asks for it, so a slow consumer holds
 * the peer back.
 */
import { UVError } from '../errors.js'
import { WHEN_CLOSED } from '../handle.js'
import { INSTANCE } from '../loop/loop-keys.js'
import { StatusCode } from '../status.js'
import type { Stream } from './stream.js'

/**
 * The key of the property that says whether a listening stream has reported a connection that was not accepted yet.
 * Not part of the public API.
 */
export const OFFERED: unique symbol = Symbol('offered')

/**
 * Iterates over the bytes of a stream until its end, or until it is closed.
 *
 * @throws {UVError} ECONNRESET, ETIMEDOUT, ... when the connection fails; ENOTCONN when there is none, EALREADY when
 *   the stream is reading already
 */
export async function* receivedBytes(stream: Stream): AsyncGenerator<Uint8Array, void, undefined> {
  for (;;) {
    const chunk = await nextChunk(stream)
    if (chunk === undefined) return
    yield chunk
  }
}

/**
 * Iterates over the connections of a listening stream until it is closed. A connection that is waiting already comes
 * first.
 */
export async function* incomingConnections<Server extends Stream>(
  server: Server,
): AsyncGenerator<Server, void, undefined> {
  const before = server.onConnection
  let wake = (): void => {}
  server.onConnection = () => wake()
  const forget = server[WHEN_CLOSED](() => wake())
  try {
    while (!server.closing) {
      if (server[OFFERED]) yield server.accept()
      else {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
    }
  } finally {
    forget()
    server.onConnection = before
  }
}

/** Reads once, and restores the stream's state. @returns `undefined` at the end */
export function nextChunk(stream: Stream): Promise<Uint8Array | undefined> {
  if (stream.closing) return Promise.resolve(undefined)
  const before = stream.onRead
  return new Promise((resolve, reject) => {
    stream.readStart((_stream, status, data) => {
      // Nothing was read after all: libuv reports it, and continues reading.
      if (status === 0 && data.length === 0) return
      forget()
      stream.readStop()
      stream.onRead = before
      if (status === 0) resolve(data)
      else if (status === StatusCode.EOF) resolve(undefined)
      else reject(new UVError(status, stream.loop[INSTANCE].describeStatus(status), 'read'))
    })
    const forget = stream[WHEN_CLOSED](() => resolve(undefined))
  })
}

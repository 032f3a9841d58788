/** Streams as async iterables: nothing is read or accepted ahead of who asks, so a slow consumer holds the peer back. */
import { UVError } from './errors.js'
import { WHEN_CLOSED } from './handle.js'
import { INSTANCE } from './loop.js'
import { StatusCode } from './status.js'
import type { Stream } from './stream.js'

/**
 * The bytes of a stream until its end, or until it is closed.
 *
 * @throws {UVError} ECONNRESET, ETIMEDOUT, ... when the connection fails
 */
export async function* receivedBytes(stream: Stream): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    for (;;) {
      const chunk = await nextChunk(stream)
      if (chunk === undefined) return
      yield chunk
    }
  } finally {
    stream.readStop()
  }
}

/** The connections of a listening stream until it is closed. */
export async function* incomingConnections<Server extends Stream>(
  server: Server,
): AsyncGenerator<Server, void, undefined> {
  const before = server.onConnection
  let waiting = 0
  let wake = (): void => {}
  server.onConnection = () => {
    waiting++
    wake()
  }
  server[WHEN_CLOSED](() => wake())
  try {
    while (!server.closing) {
      if (waiting > 0) {
        waiting--
        yield server.accept()
      } else {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
    }
  } finally {
    server.onConnection = before
  }
}

/** Reads once. @returns `undefined` at the end */
function nextChunk(stream: Stream): Promise<Uint8Array | undefined> {
  if (stream.closing) return Promise.resolve(undefined)
  return new Promise((resolve, reject) => {
    const forget = stream[WHEN_CLOSED](() => resolve(undefined))
    stream.readStart((_stream, status, data) => {
      // Nothing came after all: libuv says so, and reads on.
      if (status === 0 && data.length === 0) return
      forget()
      stream.readStop()
      if (status === 0) resolve(data)
      else if (status === StatusCode.EOF) resolve(undefined)
      else reject(new UVError(status, stream.loop[INSTANCE].describeStatus(status), 'read'))
    })
  })
}

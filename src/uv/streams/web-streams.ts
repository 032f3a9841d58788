/** A stream as a pair of Web streams, which browsers, Deno, Bun and Node all support. */
import { copyOf } from '../../base/bytes.js'
import type { PlatformReadable, PlatformWritable } from '../../base/platform-types.js'
import type { Stream } from './stream.js'
import { nextChunk } from './stream-iterators.js'

/** Both directions of a stream, as Web streams. */
export interface WebStreams {
  /**
   * The received bytes, as a byte stream; supports reading into the caller's buffers (`getReader({ mode: 'byob' })`).
   */
  readonly readable: PlatformReadable
  /** Takes `Uint8Array`s to send. A write completes when its bytes have been sent. */
  readonly writable: PlatformWritable
}

/**
 * Creates the pair. It owns the stream from then on, and closes it when both directions have ended: the readable side
 * at its end or when cancelled, the writable side when closed. A failure of either ends both.
 */
export function webStreams(stream: Stream): WebStreams {
  const open = new Set(['readable', 'writable'])
  const over = (direction: string): void => {
    open.delete(direction)
    if (open.size === 0) void stream.close()
  }
  const failed = (error: unknown): never => {
    void stream.close()
    throw error
  }
  const readable = new ReadableStream({
    type: 'bytes',
    async pull(controller) {
      const chunk = await nextChunk(stream).catch(failed)
      if (chunk !== undefined) {
        controller.enqueue(ownBuffer(chunk))
        return
      }
      controller.close()
      // At the end, a pending BYOB read still needs a response.
      controller.byobRequest?.respond(0)
      over('readable')
    },
    cancel: () => over('readable'),
  })
  const writable = new WritableStream<Uint8Array>({
    async write(chunk) {
      await stream.write(chunk).then(undefined, failed)
    },
    async close() {
      await stream.shutdown().then(undefined, failed)
      over('writable')
    },
    abort() {
      void stream.close()
    },
  })
  return { readable, writable }
}

/** Returns the chunk in an unshared buffer: a byte stream transfers buffers, and small chunks share one. */
function ownBuffer(chunk: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer } = chunk
  return buffer instanceof ArrayBuffer && buffer.byteLength === chunk.length ? new Uint8Array(buffer) : copyOf(chunk)
}

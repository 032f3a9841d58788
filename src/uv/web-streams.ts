/** A stream in the shape of the Web: a pair of streams that pages, Deno, Bun and Node all know. */
import { copyOf } from '../base/bytes.js'
import type { PlatformReadable, PlatformWritable } from '../base/platform-types.js'
import type { Stream } from './stream.js'
import { nextChunk } from './stream-iterators.js'

/** Both directions of a stream. */
export interface WebStreams {
  /** What comes: a stream of bytes, which can be read into buffers of one's own (`getReader({ mode: 'byob' })`). */
  readonly readable: PlatformReadable
  /** What goes: `Uint8Array`s. A write is over when its bytes are. */
  readonly writable: PlatformWritable
}

/**
 * Makes the pair. They have the stream from then on, and close it when both directions are over: the one at its end or
 * cancelled, the other closed. A failure of either ends both.
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
      // Who reads into a buffer of his own waits for an answer even at the end.
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

/** A chunk whose buffer is no other's: a stream of bytes takes buffers away, and small chunks share one. */
function ownBuffer(chunk: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer } = chunk
  return buffer instanceof ArrayBuffer && buffer.byteLength === chunk.length ? new Uint8Array(buffer) : copyOf(chunk)
}

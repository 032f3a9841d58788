/** Converts a Node `Duplex` to Web streams. */
import type { Duplex } from 'node:stream'

/** A `Duplex` as a pair of Web streams, which can be detached from it again. */
export interface DuplexStreams {
  readonly readable: ReadableStream<Uint8Array>
  readonly writable: WritableStream<Uint8Array>
  /** Ends both streams without touching the `Duplex`, which gets another owner. */
  release(): void
}

/**
 * Creates the pair. It reads from the `Duplex` only when a consumer reads.
 *
 * @param asError - converts a failure to the error that readers and writers get
 */
export function duplexStreams(duplex: Duplex, asError: (error: unknown) => Error): DuplexStreams {
  const received = duplex.iterator({ destroyOnReturn: false })
  let endReadable = (): void => {}
  let endWritable = (): void => {}
  const readable = new ReadableStream({
    type: 'bytes',
    start(controller) {
      endReadable = () => controller.close()
    },
    async pull(controller) {
      const { done, value } = await received.next().catch((error: unknown) => {
        throw asError(error)
      })
      if (done !== true) controller.enqueue(Uint8Array.from(value))
      else {
        controller.close()
        // At the end, a pending BYOB read still needs a response.
        controller.byobRequest?.respond(0)
      }
    },
    cancel: () => {
      duplex.resume()
    },
  })
  const writable = new WritableStream<Uint8Array>({
    start(controller) {
      endWritable = () =>
        controller.error(new TypeError('Cannot write: the stream was released; use the stream that replaces it'))
      duplex.once('error', (error) => controller.error(asError(error)))
    },
    write: (chunk) => finished((done) => duplex.write(chunk, done)),
    close: () => finished((done) => duplex.end(done)),
    abort: () => {
      duplex.destroy()
    },
  })
  const finished = (start: (done: (error?: Error | null) => void) => void): Promise<void> =>
    new Promise((resolve, reject) => start((error) => (error ? reject(asError(error)) : resolve())))
  return {
    readable,
    writable,
    release: () => {
      endReadable()
      endWritable()
      void received.return?.()
    },
  }
}

/** A `Duplex` of Node's as streams of the Web. */
import type { Duplex } from 'node:stream'

/** What a `Duplex` is to be in the Web's words, and how the old words are taken back. */
export interface DuplexStreams {
  readonly readable: ReadableStream<Uint8Array>
  readonly writable: WritableStream<Uint8Array>
  /** Ends both without a word to the `Duplex`, which somebody else has from then on. */
  release(): void
}

/**
 * Makes the pair. It reads when it is read from, and not before.
 *
 * @param asError - what readers and writers are to see of a failure
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
        // Who reads into a buffer of his own waits for an answer even at the end.
        controller.byobRequest?.respond(0)
      }
    },
    cancel: () => {
      duplex.resume()
    },
  })
  const writable = new WritableStream<Uint8Array>({
    start(controller) {
      endWritable = () => controller.error(new TypeError('the stream was given away'))
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

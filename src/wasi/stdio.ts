/** What the standard streams of a guest are connected to. */
import type { HostStream } from '../host/contract/stream.js'

/**
 * Receives a guest's output as it is written: stream 1 is the standard output, 2 the standard error. The bytes belong
 * to the receiver. If the receiver returns a promise, the guest waits until it settles before it writes more, after
 * 64 KiB at the latest. A pumped guest cannot wait: it gets EAGAIN once 16 MiB are waiting for such promises. If the
 * receiver throws, the guest ends.
 */
export type OnOutput = (stream: 1 | 2, bytes: Uint8Array) => unknown

/** Whether the receiver returned a promise to wait for. */
export function isPromise(answer: unknown): answer is PromiseLike<unknown> {
  return typeof answer === 'object' && answer !== null && 'then' in answer
}

/** The streams that a driver has. */
export interface Streams {
  /** Those with the numbers 0, 1 and 2. */
  readonly streams: readonly HostStream[]
  /** Whether a guest can wait where there is no room for its output; if not, it gets EAGAIN. */
  readonly waitsForRoom: boolean
}

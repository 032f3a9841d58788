/** What the standard streams of a guest are connected to. */

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

/** The ends of the standard streams that a driver has. */
export interface Streams {
  /**
   * Asks for bytes of the standard input. Not called again before the answer.
   *
   * @param max - how many at most
   * @param take - takes ownership of the bytes, once, perhaps before this call returns; no bytes mean the end,
   *   `undefined` a failure
   */
  input(max: number, take: (bytes: Uint8Array | undefined) => void): void
  /** Takes ownership of bytes that the guest wrote to stream 1 or 2: no more than there is room for. */
  output(stream: 1 | 2, bytes: Uint8Array): void
  /** Whether a guest waits where there is no room for its output; if not, it gets EAGAIN. */
  readonly waitsForRoom: boolean
  /** How many bytes of output are accepted now; 0 until there is room again. */
  readonly outputRoom: number
  /** Adds a function to call when there is room for output again. */
  onRoom(tell: () => void): void
}

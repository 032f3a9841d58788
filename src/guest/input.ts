import { NO_BYTES } from '../base/bytes.js'

/** The source of a guest's standard input: all its bytes, or an iterable that produces them on demand. */
export type InputSource = Uint8Array | AsyncIterable<Uint8Array>

/** The standard input of one guest: reads a source piece by piece. */
export class Input {
  readonly #pieces: AsyncIterator<Uint8Array>
  #rest: Uint8Array = NO_BYTES

  /** @param source - an empty input by default */
  constructor(source: InputSource = NO_BYTES) {
    this.#pieces = (source instanceof Uint8Array ? single(source) : source)[Symbol.asyncIterator]()
  }

  /**
   * The next piece; must not be called before the previous one has arrived. An empty piece is the end, `undefined`
   * means that the source failed.
   *
   * @param max - the maximum length; the rest of a longer piece comes next
   */
  async next(max = Number.POSITIVE_INFINITY): Promise<Uint8Array | undefined> {
    try {
      while (this.#rest.length === 0) {
        const { done, value } = await this.#pieces.next()
        if (done) return NO_BYTES
        if (!(value instanceof Uint8Array)) return undefined
        this.#rest = value
      }
    } catch {
      return undefined
    }
    const piece = this.#rest.subarray(0, max)
    this.#rest = this.#rest.subarray(piece.length)
    return piece
  }

  /** Tells the source that nothing more will be read. */
  close(): void {
    // A failure of the source at this point has no receiver.
    void this.#pieces.return?.().then(nothing, nothing)
  }
}

async function* single(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

const nothing = (): void => {}

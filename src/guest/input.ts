/** A guest's standard input, from whoever gives it. */
import { NO_BYTES } from '../base/bytes.js'

/** Where a guest's standard input comes from: all of it, or piece by piece as it is wanted. */
export type InputSource = Uint8Array | AsyncIterable<Uint8Array>

/** Gives a source's bytes one piece after the other. */
export class Input {
  readonly #pieces: AsyncIterator<Uint8Array>
  #rest: Uint8Array = NO_BYTES

  /** @param source - ends at once when there is none */
  constructor(source: InputSource = NO_BYTES) {
    this.#pieces = (source instanceof Uint8Array ? single(source) : source)[Symbol.asyncIterator]()
  }

  /**
   * The next piece, not to be asked for before the last has come: an empty one is the end, `undefined` a source that failed.
   *
   * @param max - how long it may be; what is left of it comes next
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

  /** Tells the source that no more is wanted. */
  close(): void {
    // What a source has to say about that, nobody can hear any more.
    void this.#pieces.return?.().then(nothing, nothing)
  }
}

async function* single(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

const nothing = (): void => {}

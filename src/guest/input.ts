import { NO_BYTES } from '../base/bytes.js'

/** The source of a guest's standard input: all its bytes, or an iterable that produces them on demand. */
export type InputSource = Uint8Array | AsyncIterable<Uint8Array>

/** The standard input of one guest: reads a source piece by piece. */
export class Input {
  readonly #pieces: AsyncIterator<Uint8Array> | undefined
  #rest: Uint8Array = NO_BYTES

  /** @param source - an empty input by default */
  constructor(source: InputSource = NO_BYTES) {
    if (source instanceof Uint8Array) this.#rest = source
    else this.#pieces = source[Symbol.asyncIterator]()
  }

  /**
   * The next piece, as a promise if it has to come first; must not be called before the previous one has come. An empty
   * piece is the end, `undefined` means that the source failed.
   *
   * @param max - the maximum length; the rest of a longer piece comes next
   */
  next(max: number): Uint8Array | Promise<Uint8Array | undefined> {
    if (this.#rest.length > 0 || this.#pieces === undefined) return this.#take(max)
    return this.#pull(this.#pieces, max)
  }

  /** Tells the source that nothing more will be read. */
  close(): void {
    // A failure of the source at this point has no receiver.
    void this.#pieces?.return?.().then(nothing, nothing)
  }

  async #pull(pieces: AsyncIterator<Uint8Array>, max: number): Promise<Uint8Array | undefined> {
    try {
      while (this.#rest.length === 0) {
        const { done, value } = await pieces.next()
        if (done) return NO_BYTES
        if (!(value instanceof Uint8Array)) return undefined
        this.#rest = value
      }
    } catch {
      return undefined
    }
    return this.#take(max)
  }

  #take(max: number): Uint8Array {
    const piece = this.#rest.subarray(0, max)
    this.#rest = this.#rest.subarray(piece.length)
    return piece
  }
}

const nothing = (): void => {}

import { NO_BYTES } from '../base/bytes.js'

/** The source of a guest's standard input: all its bytes, or an iterable that produces them on demand. */
export type InputSource = Uint8Array | AsyncIterable<Uint8Array>

/** The standard input of one guest: reads a source piece by piece. */
export class Input {
  /** `undefined` when all bytes are known. */
  readonly #pieces: AsyncIterator<Uint8Array> | undefined
  #rest: Uint8Array = NO_BYTES

  /** @param source - an empty input by default */
  constructor(source: InputSource = NO_BYTES) {
    if (source instanceof Uint8Array) this.#rest = source
    else this.#pieces = source[Symbol.asyncIterator]()
  }

  /** The next piece, as by {@link Input.next}, if it is there already. */
  ready(max: number): Uint8Array | undefined {
    return this.#rest.length > 0 || this.#pieces === undefined ? this.#cut(max) : undefined
  }

  /**
   * The next piece; must not be called before the previous one has arrived. An empty piece is the end, `undefined`
   * means that the source failed.
   *
   * @param max - the maximum length; the rest of a longer piece comes next
   */
  async next(max: number): Promise<Uint8Array | undefined> {
    try {
      while (this.#rest.length === 0 && this.#pieces !== undefined) {
        const { done, value } = await this.#pieces.next()
        if (done) return NO_BYTES
        if (!(value instanceof Uint8Array)) return undefined
        this.#rest = value
      }
    } catch {
      return undefined
    }
    return this.#cut(max)
  }

  /** Tells the source that nothing more will be read. */
  close(): void {
    // A failure of the source at this point has no receiver.
    void this.#pieces?.return?.().then(nothing, nothing)
  }

  #cut(max: number): Uint8Array {
    const piece = this.#rest.slice(0, max)
    this.#rest = this.#rest.subarray(piece.length)
    return piece
  }
}

const nothing = (): void => {}

/** The standard input of a program that is recorded or replayed. */
import type { Value } from '../base/trace/value.js'
import type { RecordingHost } from '../guard/record/recording-host.js'
import type { ReplayHost } from '../guard/record/replay-host.js'

/** What the trace calls it: the calls that ask for more, and the events that bring it. */
const NAME = 'input'

type Piece = IteratorResult<Uint8Array, undefined>

const END: Piece = { done: true, value: undefined }

/** The standard input of this process, piece by piece as the program asks for it; each is recorded when it comes. */
export class RecordedInput implements AsyncIterableIterator<Uint8Array, undefined> {
  readonly #recording: RecordingHost
  #pieces: AsyncIterator<Uint8Array> | undefined
  #isClosed = false

  constructor(recording: RecordingHost) {
    this.#recording = recording
  }

  /** Itself. */
  [Symbol.asyncIterator](): this {
    return this
  }

  next(): Promise<Piece> {
    this.#recording.note(NAME, [])
    this.#pieces ??= process.stdin[Symbol.asyncIterator]()
    const coming = this.#pieces.next()
    return new Promise((resolve, reject) => {
      coming.then(
        ({ done, value }) =>
          this.#enter(done ? undefined : new Uint8Array(value), () => resolve(done ? END : { value })),
        (error: unknown) => this.#enter('EIO', () => reject(error)),
      )
    })
  }

  async return(): Promise<Piece> {
    this.#isClosed = true
    // Not return(): that would wait for the piece that was asked for.
    if (this.#pieces !== undefined) process.stdin.destroy()
    return END
  }

  #enter(what: Value, deliver: () => void): void {
    if (!this.#isClosed) this.#recording.enter(NAME, [what], deliver)
  }
}

/** The counterpart of {@link RecordedInput}. */
export class ReplayedInput implements AsyncIterableIterator<Uint8Array, undefined> {
  readonly #host: ReplayHost
  #settle: (what: Value) => void = () => {}

  constructor(host: ReplayHost) {
    this.#host = host
    host.entering(NAME, ([what]) => this.#settle(what))
  }

  /** Itself. */
  [Symbol.asyncIterator](): this {
    return this
  }

  async next(): Promise<Piece> {
    this.#host.note(NAME, [])
    return new Promise((resolve, reject) => {
      this.#settle = (what) => {
        if (what instanceof Uint8Array) resolve({ value: new Uint8Array(what) })
        else if (what === undefined) resolve(END)
        else reject(new Error(`the input has failed with ${String(what)}`))
      }
    })
  }
}

/** Writes down what crosses the boundary between a program and its host. */
import { copyOf } from '../../base/bytes.js'
import type { TraceHeader } from '../../base/trace/trace-header.js'
import { type RecordingSink, TraceWriter } from '../../base/trace/trace-writer.js'
import { Digest, EntryBit, type Value } from '../../base/trace/value.js'
import { HostError } from '../../host/contract/error.js'

/** How a recording is made. */
export interface RecorderOptions {
  readonly header: TraceHeader
  /** The host's clock, in nanoseconds. */
  readonly clock: () => number
  /** How many bytes wait at least before they are passed on after an event. */
  readonly flushAt: number
  /** Whether the bytes that the program sends are recorded, and not just their digest. */
  readonly keepsSent: boolean
  /** See `RecordingOptions.lends`. */
  readonly lends: boolean
}

/** One recording. */
export class Recorder {
  readonly #writer: TraceWriter
  readonly #options: RecorderOptions
  /** How many calls are in progress. */
  #depth = 0
  /** Whether promises were reacted to since the last event. */
  #settled = true
  #objects = 0
  #isOpen = true
  #failure: { readonly error: unknown } | undefined

  constructor(sink: RecordingSink, options: RecorderOptions) {
    this.#writer = new TraceWriter(sink, options.header, options.lends)
    this.#options = options
  }

  /** How many entries were recorded. */
  get entries(): number {
    return this.#writer.entries
  }

  /** A number for another object; 0 is the host. */
  newObject(): number {
    return ++this.#objects
  }

  /** What is recorded of bytes that the program sends. */
  sent(bytes: Uint8Array): Value {
    return this.#options.keepsSent ? copyOf(bytes) : Digest.of(bytes)
  }

  /**
   * Makes a call, and records it when it has returned.
   *
   * @param outcome - what of the result is recorded
   */
  call<Result>(
    name: string,
    object: number,
    args: readonly Value[],
    act: () => Result,
    outcome: (result: Result) => Value = () => undefined,
  ): Result {
    this.#depth++
    let result: Result
    try {
      result = act()
    } catch (error) {
      this.#depth--
      this.returned(name, object, args, thrown(error), true)
      throw error
    }
    this.#depth--
    this.returned(name, object, args, outcome(result))
    return result
  }

  /** Records a call that was made already, and in which no event can have come. */
  returned(name: string, object: number, args: readonly Value[], outcome: Value, threw = false): void {
    if (!this.#isOpen) return
    try {
      this.#writer.call(name, object, args, outcome, threw)
      if (this.#writer.waiting >= FULL) this.#writer.flush()
    } catch (error) {
      this.#fail(error)
    }
  }

  /** Records an event, and delivers it. */
  event(name: string, object: number, args: readonly Value[], deliver: () => void): void {
    if (!this.#isOpen) return deliver()
    const inside = this.#depth > 0
    const bits = (inside ? EntryBit.INSIDE : 0) | (this.#settled ? 0 : EntryBit.FLAGGED)
    if (this.#settled) {
      this.#settled = false
      queueMicrotask(this.#settle)
    }
    try {
      this.#writer.event(name, object, args, this.#options.clock(), bits)
    } catch (error) {
      this.#fail(error)
    }
    deliver()
    if (!inside && this.#isOpen && this.#writer.waiting >= this.#options.flushAt) this.flush()
  }

  /** Passes what was recorded to the sink. */
  flush(): void {
    if (!this.#isOpen) return
    try {
      this.#writer.flush()
    } catch (error) {
      this.#fail(error)
    }
  }

  /** Ends the recording; what follows is not recorded. @throws what the sink threw */
  close(): void {
    if (this.#isOpen) {
      try {
        this.#writer.end()
      } catch (error) {
        this.#fail(error)
      }
    }
    this.#isOpen = false
    if (this.#failure !== undefined) throw this.#failure.error
  }

  readonly #settle = (): void => {
    this.#settled = true
  }

  /** A sink that fails ends the recording, and not the program. */
  #fail(error: unknown): void {
    this.#isOpen = false
    this.#failure = { error }
  }
}

/** As many bytes are passed on at once, within an event too. */
const FULL = 65_536

/** The code and the message of an error; no code if it is not an error of a host. */
function thrown(error: unknown): Value {
  if (error instanceof HostError) return [error.code, error.message]
  return [undefined, error instanceof Error ? error.message : String(error)]
}

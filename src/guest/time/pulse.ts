/** What a guest's thread tells of itself without being asked, in memory that it shares with its parent. */

/** The words of the memory. */
const THREAD = 0
const BEGUN = 1
const TURNS = 2
const WAITS = 3
const WORDS = 4

/** The memory of a pulse. */
export function makePulse(): SharedArrayBuffer {
  return new SharedArrayBuffer(WORDS * 4)
}

/** The thread's end. */
export class PulseWriter {
  readonly #words: Int32Array

  /** @param memory - from {@link makePulse} */
  constructor(memory: SharedArrayBuffer) {
    this.#words = new Int32Array(memory)
  }

  /**
   * The guest starts now.
   *
   * @param thread - the number of its thread; -1 if it has none
   * @param used - the processor time that the thread has used before, in milliseconds
   */
  begin(thread: number, used: number): void {
    this.#words[BEGUN] = used * 1000
    Atomics.store(this.#words, THREAD, thread)
  }

  /** The guest makes a call that may wait. */
  turn(): void {
    // Only this thread writes the word, so that it takes no atomic instruction, which costs more.
    this.#words[TURNS] = ((this.#words[TURNS] ?? 0) + 1) | 0
  }

  /** @param does - whether the guest is blocked from now on until something happens */
  wait(does: boolean): void {
    this.#words[WAITS] = Number(does)
  }
}

/** The parent's end. */
export class PulseReader {
  readonly #words: Int32Array

  /** @param memory - from {@link makePulse} */
  constructor(memory: SharedArrayBuffer) {
    this.#words = new Int32Array(memory)
  }

  /** The number of the thread; -1 if it has none, 0 if the guest has not started. */
  get thread(): number {
    return Atomics.load(this.#words, THREAD)
  }

  /** The processor time that the thread had used when the guest started, in milliseconds. */
  get begun(): number {
    return Atomics.load(this.#words, BEGUN) / 1000
  }

  /** How often the guest has made a call that may wait, modulo 2^32. */
  get turns(): number {
    return Atomics.load(this.#words, TURNS) >>> 0
  }

  /** Whether it is blocked until something happens. */
  get isWaiting(): boolean {
    return Atomics.load(this.#words, WAITS) === 1
  }
}

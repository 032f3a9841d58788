/** What tells two runs of a world apart. */

/** The parameters of FNV-1a for 32 bits. */
const [OFFSET, PRIME] = [0x811c_9dc5, 0x0100_0193]

/** A hash of everything that has happened, in its order: FNV-1a and FNV-1. */
export class RunLog {
  #high = OFFSET
  #low = OFFSET ^ 0x5bd1_e995
  #count = 0

  /** How many things have happened. */
  get count(): number {
    return this.#count
  }

  /** 16 hexadecimal digits. */
  get hash(): string {
    return [this.#high, this.#low].map((half) => (half >>> 0).toString(16).padStart(8, '0')).join('')
  }

  /** Adds what has happened, as whole numbers of at least 0. */
  add(...numbers: readonly number[]): void {
    this.#count++
    for (const number of numbers) {
      this.#mix(number >>> 0)
      this.#mix(Math.floor(number / 2 ** 32))
    }
  }

  /** Adds bytes that were sent. */
  addBytes(bytes: Uint8Array): void {
    for (const byte of bytes) this.#mixByte(byte)
  }

  #mix(word: number): void {
    for (let rest = word, bytes = 0; bytes < 4; bytes++, rest >>>= 8) this.#mixByte(rest & 255)
  }

  #mixByte(byte: number): void {
    this.#high = Math.imul(this.#high ^ byte, PRIME)
    // Another order of the same two operations: FNV-1.
    this.#low = Math.imul(this.#low, PRIME) ^ byte
  }
}

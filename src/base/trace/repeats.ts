/** The large payloads that a trace has had last, so that each is not written again and again. */
import { copyOf } from '../bytes.js'
import { LARGE, REMEMBERED } from './value.js'

/** A payload that was written. */
interface Written {
  readonly key: number
  /** Kept from the second time on: most payloads never come again, and copies cost more than all the rest. */
  readonly bytes: Uint8Array | undefined
}

/** Remembers payloads while a trace is written. One that comes again is written a second time, and no third time. */
export class WrittenPayloads {
  readonly #payloads: (Written | undefined)[] = new Array(REMEMBERED).fill(undefined)
  readonly #latest = new Map<number, number>()
  #count = 0

  /** @returns how many payloads ago the same bytes were written; `undefined` if they have to be written now */
  find(bytes: Uint8Array): number | undefined {
    const key = sample(bytes)
    const at = this.#latest.get(key)
    const isKnown = at !== undefined && this.#count - at <= REMEMBERED
    const found = isKnown ? this.#payloads[at % REMEMBERED]?.bytes : undefined
    if (isKnown && found !== undefined && equal(found, bytes)) return this.#count - at
    this.#remember({ key, bytes: isKnown ? copyOf(bytes) : undefined })
    return undefined
  }

  #remember(written: Written): void {
    const at = this.#count++ % REMEMBERED
    const leaving = this.#payloads[at]
    if (leaving !== undefined && this.#latest.get(leaving.key) === this.#count - 1 - REMEMBERED)
      this.#latest.delete(leaving.key)
    this.#payloads[at] = written
    this.#latest.set(written.key, this.#count - 1)
  }
}

/** Remembers payloads while a trace is read. */
export class ReadPayloads {
  readonly #payloads: Uint8Array[] = []
  #count = 0

  /** Remembers a payload, if it is large. */
  add(bytes: Uint8Array): void {
    if (bytes.length >= LARGE) this.#payloads[this.#count++ % REMEMBERED] = bytes
  }

  /** The payload of so many ago, if there was one. */
  find(ago: number): Uint8Array | undefined {
    if (ago < 1 || ago > REMEMBERED || ago > this.#count) return undefined
    return this.#payloads[(this.#count - ago) % REMEMBERED]
  }
}

/** A number that the same bytes have in common, and other bytes rarely. */
function sample(bytes: Uint8Array): number {
  const { length } = bytes
  const step = Math.max(1, Math.floor(length / 32))
  let key = length
  for (let at = 0; at < length; at += step) key = (Math.imul(key, 31) + (bytes[at] ?? 0)) | 0
  return key
}

function equal(one: Uint8Array, other: Uint8Array): boolean {
  const { length } = one
  if (length !== other.length) return false
  const left = new DataView(one.buffer, one.byteOffset, length)
  const right = new DataView(other.buffer, other.byteOffset, length)
  let at = 0
  for (; at + 4 <= length; at += 4) if (left.getInt32(at) !== right.getInt32(at)) return false
  for (; at < length; at++) if (one[at] !== other[at]) return false
  return true
}

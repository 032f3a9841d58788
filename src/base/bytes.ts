/** Helpers that measure, join and copy byte buffers. */

/** An empty buffer. */
export const NO_BYTES: Uint8Array<ArrayBuffer> = new Uint8Array(0)

/**
 * Copies the bytes into a plain `Uint8Array` with its own memory. `slice()` is not used: callers may pass a Node
 * `Buffer`, whose `slice()` returns a view.
 */
export function copyOf(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes)
}

/** The total length of the buffers, in bytes. */
export function totalLength(list: readonly Uint8Array[]): number {
  let total = 0
  // By index, and in `checkBuffers()` too: an iterator is three times as much code, and this runs for every message.
  for (let i = 0; i < list.length; i++) total += list[i]?.length ?? 0
  return total
}

/** Joins the buffers into one new buffer. */
export function concat(list: readonly Uint8Array[], length: number = totalLength(list)): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length)
  let offset = 0
  for (const data of list) {
    bytes.set(data, offset)
    offset += data.length
  }
  return bytes
}

/** The largest joined buffer that {@link gathered} makes, in bytes. */
const GATHERED_MAX = 65_536

/**
 * Joins buffers into fewer ones, for platforms without gathering writes. Each joined buffer is made only when the
 * consumer takes it. A buffer that is large, or has nothing to be joined with, is passed on without a copy.
 */
export function* gathered(list: readonly Uint8Array[]): Generator<Uint8Array> {
  let run: Uint8Array[] = []
  let size = 0
  for (const data of list) {
    if (size > 0 && size + data.length > GATHERED_MAX) {
      yield joined(run, size)
      run = []
      size = 0
    }
    run.push(data)
    size += data.length
  }
  if (run.length > 0) yield joined(run, size)
}

function joined(list: readonly Uint8Array[], size: number): Uint8Array {
  const [first] = list
  return list.length === 1 && first !== undefined ? first : concat(list, size)
}

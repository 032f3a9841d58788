/** Lists of buffers, and single ones: measured, joined, copied. */

/** No bytes. */
export const NO_BYTES: Uint8Array<ArrayBuffer> = new Uint8Array(0)

/**
 * A copy in a plain array, with memory of its own. Not by `slice()`: of a `Buffer` of Node's, which callers may give, that is a
 * view.
 */
export function copyOf(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes)
}

/** How many bytes the buffers hold together. */
export function totalLength(list: readonly Uint8Array[]): number {
  let total = 0
  // By index, and in `checkBuffers()` too: an iterator is three times as much code, which is run for every message.
  for (let i = 0; i < list.length; i++) total += list[i]?.length ?? 0
  return total
}

/** The buffers' bytes in one buffer of their own. */
export function concat(list: readonly Uint8Array[], length: number = totalLength(list)): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length)
  let offset = 0
  for (const data of list) {
    bytes.set(data, offset)
    offset += data.length
  }
  return bytes
}

/** Up to how many bytes {@link gathered} joins. */
const GATHERED_MAX = 65_536

/**
 * The same bytes in fewer buffers, for platforms that cannot gather: each is made when it is asked for; one that is large, or
 * alone, is passed on uncopied.
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

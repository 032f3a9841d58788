/** For platforms that cannot gather: puts small buffers together, so that they are sent with few calls. */

/** Up to how many bytes are put together. */
const MOST = 65_536

/** The same bytes in fewer buffers, each made when it is asked for; those that are large, or alone, are what they were. */
export function* gathered(list: readonly Uint8Array[]): Generator<Uint8Array> {
  let run: Uint8Array[] = []
  let size = 0
  for (const data of list) {
    if (size > 0 && size + data.length > MOST) {
      yield joined(run, size)
      run = []
      size = 0
    }
    run.push(data)
    size += data.length
  }
  if (run.length > 0) yield joined(run, size)
}

const joined = (list: readonly Uint8Array[], size: number): Uint8Array => {
  const [first] = list
  if (list.length === 1 && first !== undefined) return first
  const bytes = new Uint8Array(size)
  let offset = 0
  for (const data of list) {
    bytes.set(data, offset)
    offset += data.length
  }
  return bytes
}

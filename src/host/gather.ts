/** For platforms that cannot gather: puts small buffers together, so that they are sent with few calls. */

/** Up to how many bytes are put together. */
const MOST = 65_536

/** The same bytes in fewer buffers; those that are large, or alone, are what they were. */
export const gathered = (list: readonly Uint8Array[]): readonly Uint8Array[] => {
  if (list.length < 2) return list
  const fewer: Uint8Array[] = []
  let run: Uint8Array[] = []
  let size = 0
  const close = (): void => {
    const [first] = run
    if (first !== undefined) fewer.push(run.length === 1 ? first : joined(run, size))
    run = []
    size = 0
  }
  for (const data of list) {
    if (size + data.length > MOST) close()
    run.push(data)
    size += data.length
  }
  close()
  return fewer
}

const joined = (list: readonly Uint8Array[], size: number): Uint8Array => {
  const bytes = new Uint8Array(size)
  let offset = 0
  for (const data of list) {
    bytes.set(data, offset)
    offset += data.length
  }
  return bytes
}

/** What a guest's error stream is told of defects that are not its own: a few, and no more, for it may cause one at each call. */

/** How many are told, and how many characters of each. */
const TOLD = 16
const LENGTH = 1024

/**
 * Tells defects, until it has told enough.
 *
 * @param print - takes bytes for the error stream
 */
export function tellDefects(print: (bytes: Uint8Array) => unknown): (error: unknown) => void {
  let told = 0
  return (error) => {
    told += 1
    if (told > TOLD + 1) return
    const what = told > TOLD ? 'and more defects, which are not told' : String(error).slice(0, LENGTH)
    print(encoder.encode(`libuv-wasm: ${what}\n`))
  }
}

const encoder = new TextEncoder()

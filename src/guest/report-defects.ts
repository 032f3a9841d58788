/** How many defects are reported, and how many characters of each. */
const TOLD = 16
const LENGTH = 1024

/**
 * Makes a function that reports defects that are not the guest's own on its error stream. The number of reports is
 * limited, since a guest may be able to cause one with every call.
 *
 * @param print - takes bytes for the error stream
 */
export function tellDefects(print: (bytes: Uint8Array) => unknown): (error: unknown) => void {
  let told = 0
  return (error) => {
    told += 1
    if (told > TOLD + 1) return
    const what = told > TOLD ? 'more defects follow, which are not reported' : String(error).slice(0, LENGTH)
    print(encoder.encode(`libuv-wasm: ${what}\n`))
  }
}

const encoder = new TextEncoder()

/** Paths of sockets as people write them, and as our addresses have them: one character per byte. */

/** A text's bytes, in UTF-8, as an address has them. */
export function pathOf(text: string): string {
  return String.fromCharCode(...encoder.encode(text))
}

/** The text of an address's path; what is no UTF-8 in it is replaced. */
export function textOf(path: string): string {
  return decoder.decode(Uint8Array.from(path, (byte) => byte.charCodeAt(0)))
}

const encoder = new TextEncoder()
const decoder = new TextDecoder()

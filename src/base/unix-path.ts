/** Conversion of socket paths between text and the form that addresses use: one character per byte. */

/** Converts text to a path: its UTF-8 bytes, one character each. */
export function pathOf(text: string): string {
  return String.fromCharCode(...encoder.encode(text))
}

/** Converts an address's path to text; bytes that are not valid UTF-8 are replaced. */
export function textOf(path: string): string {
  return decoder.decode(Uint8Array.from(path, (byte) => byte.charCodeAt(0)))
}

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/**
 * File names are bytes on POSIX, and may be in any encoding. Here a name is a byte string: one character, from U+0000
 * to U+00FF, for each byte. Two names are the same exactly if their bytes are.
 */

/** Sequences of UTF-8 that are valid, and single bytes that are not. */
const SEQUENCES =
  /[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}|\xed[\x80-\x9f][\x80-\xbf]|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2}|[\x80-\xff]/g

/** A byte that is not UTF-8 in text: a lone surrogate, as in Python's `surrogateescape`. */
const ESCAPED = /([\udc80-\udcff])/u

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

/** The byte string of text, in UTF-8. The code units U+DC80 to U+DCFF stand for the bytes 0x80 to 0xFF. */
export function byteString(text: string): string {
  if (/^[\0-\x7f]*$/.test(text)) return text
  const part = (piece: string): string =>
    ESCAPED.test(piece) ? String.fromCharCode(piece.charCodeAt(0) & 0xff) : fromBytes(encoder.encode(piece))
  return text.split(ESCAPED).map(part).join('')
}

/** The text of a byte string; {@link byteString} makes the same bytes of it again. */
export function textOf(name: string): string {
  return name.replace(SEQUENCES, (bytes) =>
    bytes.length === 1 ? String.fromCharCode(0xdc00 + bytes.charCodeAt(0)) : decoder.decode(toBytes(bytes)),
  )
}

/** The bytes of a byte string. */
export function toBytes(name: string): Uint8Array {
  const bytes = new Uint8Array(name.length)
  for (let i = 0; i < name.length; i++) bytes[i] = name.charCodeAt(i)
  return bytes
}

/** The byte string of bytes; of a path at most, since it takes them as arguments. */
export function fromBytes(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes)
}

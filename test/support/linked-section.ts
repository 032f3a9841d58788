/** The section in which uvcc says what it linked a module with, for modules of other versions. */
import { name, section } from '../runtime/support/wasm-builder.js'

const SECTION = 'libuv-wasm'
const HEADER = 8

/**
 * A module as another version's uvcc would have linked it.
 *
 * @param texts - the contents of the section; none for a module of a version that had no such section
 */
export const relinked = (module: Uint8Array, ...texts: readonly string[]): Uint8Array<ArrayBuffer> => {
  const kept = [module.subarray(0, HEADER)]
  for (let at = HEADER; at < module.length; ) {
    const size = unsigned(module, at + 1)
    const end = size.next + size.value
    if (module[at] !== 0 || nameAt(module, size.next) !== SECTION) kept.push(module.subarray(at, end))
    at = end
  }
  const said = texts.map((text) => Uint8Array.from(section(0, [...name(SECTION), ...new TextEncoder().encode(text)])))
  return new Uint8Array(Buffer.concat([...kept, ...said]))
}

const nameAt = (bytes: Uint8Array, at: number): string => {
  const length = unsigned(bytes, at)
  return new TextDecoder().decode(bytes.subarray(length.next, length.next + length.value))
}

/** A number as LEB128, and where the next byte is. */
const unsigned = (bytes: Uint8Array, at: number): { readonly value: number; readonly next: number } => {
  const byte = bytes[at] ?? 0
  if (byte < 128) return { value: byte, next: at + 1 }
  const { value, next } = unsigned(bytes, at + 1)
  return { value: value * 128 + byte - 128, next }
}

/** Memory that is outside of the garbage collector, for calls of the host. */

/** A vector of one buffer, as the calls take it. */
const vector = memory.data(8, 4)

/** Makes a vector of one buffer. @returns its address, valid until the next call */
export function vectorOf(address: usize, length: i32): usize {
  store<usize>(vector, address)
  store<i32>(vector, length, 4)
  return vector
}

/** Where an array's bytes are. */
export function addressOf(data: Uint8Array): usize {
  return data.dataStart
}

/** The UTF-8 bytes of a text. */
export function encode(text: string): Uint8Array {
  return Uint8Array.wrap(String.UTF8.encode(text))
}

/** The text of UTF-8 bytes. */
export function decode(data: Uint8Array): string {
  return String.UTF8.decodeUnsafe(data.dataStart, data.byteLength)
}

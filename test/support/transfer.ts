/** Transfers of memory. */

/**
 * Detaches the memory of a chunk, like `postMessage()` with a transfer list does. @returns the same bytes
 */
export const transferAway = (chunk: Uint8Array): Uint8Array => {
  const { buffer } = chunk
  if (!(buffer instanceof ArrayBuffer)) throw new Error('the memory is shared, and cannot be transferred')
  return structuredClone(chunk, { transfer: [buffer] })
}

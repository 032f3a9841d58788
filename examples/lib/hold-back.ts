import type { TCP } from 'libuv-wasm'

/** The bytes that may be queued for a client that does not read; above this, the server stops reading from it. */
const HIGH_WATER = 256 * 1024

/** Reading resumes when no more than this is queued. */
const LOW_WATER = HIGH_WATER / 4

/**
 * Writes with backpressure: while a client does not read, the server does not read from it either, so that its queue
 * stays small.
 *
 * @param peer - a stream that is reading
 * @param onFailure - called when a write fails
 * @returns a function that writes bytes to the peer
 */
export function holdBack(peer: TCP, onFailure: () => void): (bytes: Uint8Array) => void {
  let held = false
  const onWrite = (_request: unknown, status: number): void => {
    if (status < 0) onFailure()
    else if (held && peer.writeQueueSize <= LOW_WATER) {
      held = false
      peer.readStart()
    }
  }
  return (bytes) => {
    peer.write(bytes, onWrite)
    if (held || peer.writeQueueSize <= HIGH_WATER) return
    held = true
    peer.readStop()
  }
}

import type { TCP } from 'libuv-wasm'

/** Bytes that may wait for a client that does not read; above it, nothing more is read from that client. */
const HIGH_WATER = 256 * 1024

/** Reading goes on when no more than this is left. */
const LOW_WATER = HIGH_WATER / 4

/**
 * Writing with regard to the reader: who does not take what is written is not read from either, so that its share of
 * memory stays small.
 *
 * @param peer - a stream that reads
 * @param onFailure - called when a write failed
 * @returns writes bytes to the peer
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

/**
 * Bytes between a guest's thread and the operating system, past the thread that has the sockets: nothing waits, nothing crosses
 * a ring, and nothing is copied on the way. The descriptors must be such that do not block.
 */
import { readSync } from 'node:fs'
import { caughtError, codeOf, statusError } from '../../host/common/errors.js'
import { sendNow } from '../../host/common/fd-io.js'

/**
 * Writes to a socket by its descriptor.
 *
 * @returns how many bytes the operating system took, 0 when it has no room
 * @throws {HostError} ECONNRESET, EPIPE when the connection is over
 */
export function writeTo(descriptor: number, data: Uint8Array): number {
  const sent = sendNow(descriptor, data)
  if (sent < 0) throw statusError(sent, 'write')
  return sent
}

/**
 * Reads from a socket by its descriptor.
 *
 * @returns how many bytes came; 0 when there are none, or never will be
 * @throws {HostError} ECONNRESET, ETIMEDOUT, ... when the connection has failed
 */
export function readFrom(descriptor: number, bytes: Uint8Array): number {
  try {
    return readSync(descriptor, bytes)
  } catch (error) {
    if (codeOf(error) === 'EAGAIN') return 0
    throw caughtError(error, 'read')
  }
}

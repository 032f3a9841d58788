/**
 * Direct I/O between a guest's thread and the operating system, bypassing the thread that has the sockets: it waits
 * for nothing, crosses no ring, and copies nothing on the way. The descriptors must be non-blocking.
 */
import { readSync } from 'node:fs'
import { caughtError, codeOf, statusError } from '../../host/common/errors.js'
import { sendNow } from '../../host/common/fd-io.js'

/**
 * Writes to a socket by its descriptor.
 *
 * @returns the number of bytes that the operating system has accepted, 0 when it has no room
 * @throws {HostError} ECONNRESET, EPIPE when the connection has ended
 */
export function writeTo(descriptor: number, data: Uint8Array): number {
  const sent = sendNow(descriptor, data)
  if (sent < 0) throw statusError(sent, 'write')
  return sent
}

/**
 * Reads from a socket by its descriptor.
 *
 * @returns the number of bytes read; 0 when there are none, now or ever
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
